//! Handles `POST /orders`: places an order, once per idempotency key.

use domain::orders::order::Order;
use domain::orders::place::{NewOrder, PlaceOrder, PlaceOrderError, PlacedOrder};
use domain::orders::ports::{PayloadHash, RecordedReply};
use domain::orders::pricing::OrderFault;
use domain::values::IdempotencyKey;
use door::caller::customer;
use door::request::{correlation_id, invalid_content};
use door::time::deadline;
use door::{failure, subject};
use entry::http::http;
use entry::legacy_payload_hash::legacy_payload_hash;
use entry::payload_hash;
use entry::problem::{Fault, Problem};
use entry::request::HttpRequest;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use serde_json::{Value, json};
use telemetry::error_chain::error_chain;
use telemetry::metric::Metric;
use telemetry::metrics;
use wire::new_order::NewOrderBody;
use wire::order::OrderJson;

pub async fn handle(invocation: Invocation, place: &PlaceOrder) -> Reply {
    http(invocation, |request| async move {
        let order = new_order(&request)?;
        let render = |order: &Order| {
            subject::order(&order.id);
            record(order)
        };
        match place.run(&order, &render).await.map_err(problem)? {
            PlacedOrder::New(reply) => {
                metrics::count(Metric::OrdersPlaced);
                replay(&reply)
            }
            PlacedOrder::Replayed(reply) => Ok(replay(&reply)?.header("Idempotency-Replayed", "true")),
        }
    })
    .await
}

fn new_order(request: &HttpRequest) -> Result<NewOrder, Problem> {
    let customer = customer(request)?;
    let key = request.single_header("Idempotency-Key", Problem::idempotency_key_malformed)?;
    let idempotency_key = IdempotencyKey::parse(key.ok_or_else(Problem::idempotency_key_missing)?)
        .map_err(|_fault| Problem::idempotency_key_malformed())?;
    let json: Value = request.json_body()?;
    let body = NewOrderBody::read(&json).map_err(invalid_content)?;
    Ok(NewOrder {
        customer,
        lines: body.items,
        payment_token: body.payment_token,
        idempotency_key,
        payload_hash: payload_hash(&json)?,
        // Once Lambda has ended this invocation, nothing of it can still write: the lease may pass on.
        lease_until: deadline(request.deadline_ms),
        correlation_id: correlation_id(request)?,
    })
}

/// In both forms that records may have.
fn payload_hash(payload: &Value) -> Result<PayloadHash, Problem> {
    let current = payload_hash::payload_hash(payload);
    let current = current.map_err(|fault| Problem::malformed_json(fault.to_string()))?;
    Ok(PayloadHash {
        current: current.into_bytes(),
        legacy: legacy_payload_hash(payload),
    })
}

/// The answer as it is stored with the order and given to every repetition. Made before the order is written, so that
/// an order without an answer cannot exist.
fn record(order: &Order) -> RecordedReply {
    let body = json!(OrderJson::from(order)).to_string();
    let response = HttpResponse::new(202, "application/json", body).header("Location", format!("/orders/{}", order.id));
    RecordedReply(json!(response).to_string().into_bytes())
}

fn replay(reply: &RecordedReply) -> Result<HttpResponse, Problem> {
    serde_json::from_slice(&reply.0).map_err(|fault| Problem::internal(&fault))
}

fn problem(error: PlaceOrderError) -> Problem {
    match error {
        PlaceOrderError::InProgress => Problem::idempotency_key_in_progress(),
        PlaceOrderError::OtherPayload => Problem::idempotency_key_reused(),
        PlaceOrderError::Refused(faults) => Problem::invalid_content(faults.iter().map(fault).collect()),
        PlaceOrderError::KeyStaysClaimed { cause, failure } => {
            let error = error_chain(&failure);
            tracing::warn!(
                error,
                "the idempotency key stays claimed until the deadline of this invocation"
            );
            problem(*cause)
        }
        PlaceOrderError::Port(failure) => failure::problem(failure),
    }
}

fn fault(fault: &OrderFault) -> Fault {
    let (line, detail) = match fault {
        OrderFault::TotalTooLarge => (None, "the total is larger than any order may be"),
        OrderFault::UnknownSku { line } => (Some(*line), "there is no product with this sku"),
        OrderFault::MixedCurrencies { line } => (Some(*line), "has another currency than the items before it"),
    };
    match line {
        Some(line) => Fault::at(&["items", &line.to_string(), "sku"], detail),
        None => Fault::at(&["items"], detail),
    }
}

#[cfg(test)]
mod tests;
