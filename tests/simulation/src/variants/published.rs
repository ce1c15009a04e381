//! How do sagas fare that people copy? Two designs that were published as examples, in our words and on our shop: what
//! they call a seat is a unit of stock, and a booking is an order.

use std::sync::Arc;

use domain::fulfilment::ports::{Capture, FulfilmentOrder, OrderBook as _, Refund};
use domain::values::OrderId;
use door::failure::step_error;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use sandbox_gateway::ledger::{LedgerEvent, Movement};
use sandbox_gateway::payment::Payment;
use serde_json::{Value, json};
use state_machine::DefinitionFault;
use wire::saga::SagaInput;

use crate::call::Trouble;
use crate::design::Design;
use crate::ports::Ports;
use crate::shop::Shop;

const AIRLINE_BOOKING: &str = include_str!("../../machines/airline-booking.asl.json");
const LONG_LIVED_TRANSACTION: &str = include_str!("../../machines/long-lived-transaction.asl.json");

pub(crate) const FUNCTIONS: [&str; 6] = [
    "published-take-units",
    "published-return-units",
    "published-collect-payment",
    "published-refund-payment",
    "published-charge-anew",
    "published-return-charge",
];

/// Takes the unit, collects the payment, confirms. A payment without an answer is taken for one that did not happen: the
/// booking is cancelled without a refund.
pub fn airline_booking() -> Result<Design, DefinitionFault> {
    Design::running("the airline booking", AIRLINE_BOOKING)
}

/// Everything is repeated when it fails: the unit is subtracted again, and the money is taken again under a transaction
/// id that each attempt draws for itself.
pub fn long_lived_transaction() -> Result<Design, DefinitionFault> {
    Design::running("the long-lived transaction", LONG_LIVED_TRANSACTION)
}

pub(crate) async fn handle(function: &str, invocation: Invocation, ports: &Arc<Ports>) -> Reply {
    step(invocation, |input: SagaInput| async move {
        let found = ports.find(&input.order_id).await;
        let order = found.map_err(step_error)?;
        let order = order.ok_or_else(|| StepError::new("OrderNotFound", "no such order"))?;
        match function {
            "published-take-units" => take_units(ports, order).await,
            "published-return-units" => return_units(ports, order).await,
            "published-collect-payment" => collect(ports, order).await,
            "published-refund-payment" => refund(ports, order.id).await,
            "published-charge-anew" => charge_anew(ports, order).await,
            _ => return_charge(ports, order).await,
        }
    })
    .await
}

fn unanswered(_: Trouble) -> StepError {
    StepError::new("ServiceUnavailable", "the service did not answer")
}

fn done() -> Value {
    json!({ "outcome": "DONE" })
}

/// "Seats minus one": keyed by nothing, so that it counts as often as it is asked.
async fn take_units(ports: &Ports, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |shop: &mut Shop| {
        let units = shop.shelf.units_mut();
        let is_enough = |line: &domain::fulfilment::ports::StockLine| {
            units.available(&line.sku) >= i64::from(line.quantity.units())
        };
        if !order.lines.iter().all(is_enough) {
            return false;
        }
        units.count(&order.lines, |count, units| count.on_hand -= units);
        true
    };
    if ports.0.write("seats.take", effect).await.map_err(unanswered)? {
        Ok(done())
    } else {
        Err(StepError::new("OutOfStock", "too few units"))
    }
}

async fn return_units(ports: &Ports, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |shop: &mut Shop| {
        shop.shelf
            .units_mut()
            .count(&order.lines, |count, units| count.on_hand += units);
    };
    ports.0.write("seats.return", effect).await.map_err(unanswered)?;
    Ok(done())
}

/// The charge was authorized by the front end; here it is captured, under its own id.
async fn collect(ports: &Ports, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |shop: &mut Shop| {
        let authorized = shop.gateway.authorize(&order.id, order.total, &order.payment_token);
        let captured = shop.gateway.capture(&order.id);
        if captured == Capture::Refused {
            shop.gateway.void(&order.id);
        }
        authorized.is_ok() && captured == Capture::Captured
    };
    if ports.0.write("gateway.collect", effect).await.map_err(unanswered)? {
        Ok(done())
    } else {
        Err(StepError::new("PaymentFailed", "the payment was not collected"))
    }
}

async fn refund(ports: &Ports, order: OrderId) -> Result<Value, StepError> {
    let refund = ports
        .0
        .write("gateway.refund", move |shop| shop.gateway.refund(&order))
        .await;
    match refund.map_err(unanswered)? {
        Refund::Refunded(_) | Refund::NothingCaptured => Ok(done()),
    }
}

/// A new transaction to the provider, whatever came of the ones before.
async fn charge_anew(ports: &Ports, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |shop: &mut Shop| {
        let mut payment = Payment::default();
        let authorized = payment.authorize(order.total, &order.payment_token);
        let captured = payment.capture();
        let movement = captured.movement;
        shop.gateway
            .books_mut()
            .ledger
            .extend(movement.map(|movement| (order.id.clone(), movement)));
        authorized.answer.is_ok() && captured.answer == Capture::Captured
    };
    if ports.0.write("gateway.charge", effect).await.map_err(unanswered)? {
        Ok(done())
    } else {
        Err(StepError::new("PaymentFailed", "the payment was refused"))
    }
}

/// Of the one transaction that was answered.
async fn return_charge(ports: &Ports, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |shop: &mut Shop| {
        let movement = Movement {
            event: LedgerEvent::Refunded,
            amount: Some(order.total),
        };
        shop.gateway.books_mut().ledger.push((order.id.clone(), movement));
    };
    ports.0.write("gateway.return", effect).await.map_err(unanswered)?;
    Ok(done())
}
