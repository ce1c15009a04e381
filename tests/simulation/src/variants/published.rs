//! Two saga designs that were published as examples, rebuilt on our shop: a seat is a unit of stock, a booking an
//! order.

use adapter_memory::access::Access as _;
use adapter_memory::tables::Tables;
use domain::fulfilment::ports::{Capture, FulfilmentOrder, OrderBook as _, Refund};
use domain::ports::PortFailure;
use domain::values::{OrderId, PaymentToken};
use door::failure::step_error;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use sandbox_gateway::ledger::{LedgerEvent, Movement};
use sandbox_gateway::payment::Payment;
use serde_json::{Value, json};
use state_machine::DefinitionFault;
use wire::saga::SagaInput;

use crate::design::Design;
use crate::ports::Shop;

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

/// Takes the unit, collects the payment, confirms. It treats a payment without an answer as failed, and cancels the
/// booking without a refund.
pub fn airline_booking() -> Result<Design, DefinitionFault> {
    Design::running("the airline booking", AIRLINE_BOOKING)
}

/// Retries every failed step: it subtracts the unit again, and takes the money again with a new transaction id per
/// attempt.
pub fn long_lived_transaction() -> Result<Design, DefinitionFault> {
    Design::running("the long-lived transaction", LONG_LIVED_TRANSACTION)
}

pub(crate) async fn handle(function: &str, invocation: Invocation, shop: &Shop) -> Reply {
    step(invocation, |input: SagaInput| async move {
        let order = shop.find(&input.order_id).await.map_err(step_error)?;
        let order = order.ok_or_else(|| StepError::new("OrderNotFound", "no such order"))?;
        match function {
            "published-take-units" => take_units(shop, order).await,
            "published-return-units" => return_units(shop, order).await,
            "published-collect-payment" => collect(shop, order).await,
            "published-refund-payment" => refund(shop, order.id).await,
            "published-charge-anew" => charge_anew(shop, order).await,
            "published-return-charge" => return_charge(shop, order).await,
            unknown => Err(StepError::new(
                "FunctionNotFound",
                format!("there is no function {unknown}"),
            )),
        }
    })
    .await
}

fn unanswered(_: PortFailure) -> StepError {
    StepError::new("ServiceUnavailable", "the service did not answer")
}

fn done() -> Value {
    json!({ "outcome": "DONE" })
}

/// "Seats minus one": without a key, so every retry subtracts again.
async fn take_units(shop: &Shop, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |tables: &mut Tables| {
        let is_enough = tables.products.short(&order.lines).is_empty();
        if is_enough {
            tables.products.count(&order.lines, |row, units| row.on_hand -= units);
        }
        is_enough
    };
    if shop.0.write("seats.take", effect).await.map_err(unanswered)? {
        Ok(done())
    } else {
        Err(StepError::new("OutOfStock", "too few units"))
    }
}

async fn return_units(shop: &Shop, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |tables: &mut Tables| {
        tables.products.count(&order.lines, |row, units| row.on_hand += units);
    };
    shop.0.write("seats.return", effect).await.map_err(unanswered)?;
    Ok(done())
}

/// Captures the charge that the front end authorized, under its own id.
async fn collect(shop: &Shop, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |tables: &mut Tables| {
        let Some(token) = token_of(tables, &order.id) else {
            return false;
        };
        let (gateway, id) = (&mut tables.gateway, &order.id);
        let authorized = gateway.decide(id, |payment| payment.authorize(order.total, &token));
        let captured = gateway.decide(id, Payment::capture);
        if captured == Capture::Refused {
            gateway.decide(id, Payment::void);
        }
        authorized.is_ok() && captured == Capture::Captured
    };
    if shop.0.write("gateway.collect", effect).await.map_err(unanswered)? {
        Ok(done())
    } else {
        Err(StepError::new("PaymentFailed", "the payment was not collected"))
    }
}

async fn refund(shop: &Shop, order: OrderId) -> Result<Value, StepError> {
    let effect = move |tables: &mut Tables| tables.gateway.decide(&order, Payment::refund);
    match shop.0.write("gateway.refund", effect).await.map_err(unanswered)? {
        Refund::Refunded(_) | Refund::NothingCaptured => Ok(done()),
    }
}

/// The token that the order was placed with. These designs charge an order that may be finished, which keeps no token.
fn token_of(tables: &Tables, id: &OrderId) -> Option<PaymentToken> {
    let placed = tables.orders.stream.iter().find(|change| change.new.order.id == *id)?;
    placed.new.order.payment_token.clone()
}

/// Starts a new transaction with the provider, whatever happened to earlier ones.
async fn charge_anew(shop: &Shop, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |tables: &mut Tables| {
        let Some(token) = token_of(tables, &order.id) else {
            return false;
        };
        let mut payment = Payment::default();
        let authorized = payment.authorize(order.total, &token);
        let captured = payment.capture();
        let movement = captured.movement;
        tables
            .gateway
            .ledger
            .extend(movement.map(|movement| (order.id.clone(), movement)));
        authorized.answer.is_ok() && captured.answer == Capture::Captured
    };
    if shop.0.write("gateway.charge", effect).await.map_err(unanswered)? {
        Ok(done())
    } else {
        Err(StepError::new("PaymentFailed", "the payment was refused"))
    }
}

/// Refunds only the transaction that was answered.
async fn return_charge(shop: &Shop, order: FulfilmentOrder) -> Result<Value, StepError> {
    let effect = move |tables: &mut Tables| {
        let movement = Movement {
            event: LedgerEvent::Refunded,
            amount: Some(order.total),
        };
        tables.gateway.ledger.push((order.id.clone(), movement));
    };
    shop.0.write("gateway.return", effect).await.map_err(unanswered)?;
    Ok(done())
}
