//! What does an operator do here? Looks at parked orders and sends them back to work, as on AWS with the same command; and
//! turns the payment provider off to see one parked at all.

use std::sync::Arc;

use adapter_embedded::order_book::SqliteOrderBook;
use adapter_embedded::payments::SqlitePaymentRecords;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::fulfilment::parked::{ListParked, RedriveOrder, RedriveOrderError};
use domain::values::OrderId;
use serde_json::{Value, json};
use wire::parked::ParkedListJson;

use crate::dev::{answer, answer_with};
use crate::payment_switch::Switch;
use crate::state::HostState;
use crate::workflows::redrive::WorkflowRedriver;

pub(crate) struct Operator {
    list: ListParked,
    redrive: RedriveOrder,
    payments: Switch,
}

impl Operator {
    pub(crate) fn of(shop: &HostState, redriver: WorkflowRedriver) -> Self {
        let database = || shop.database.clone();
        let parked = Arc::new(SqliteOrderBook { database: database() });
        Self {
            list: ListParked {
                parked: parked.clone(),
                records: Arc::new(SqlitePaymentRecords { database: database() }),
            },
            redrive: RedriveOrder {
                parked,
                redriver: Arc::new(redriver),
            },
            payments: shop.payments.clone(),
        }
    }
}

type Hands = State<Arc<Operator>>;

pub(crate) fn router(operator: Operator) -> Router {
    Router::new()
        .route("/dev/parked", get(list))
        .route("/dev/parked/{order_id}/redrive", post(redrive))
        .route("/dev/payments", get(payments).post(turn_payments))
        .with_state(Arc::new(operator))
}

async fn list(State(operator): Hands) -> Response {
    let list = operator.list.run().await;
    answer(list.map(|list| json!(ParkedListJson::from(&list))))
}

async fn redrive(State(operator): Hands, Path(id): Path<String>) -> Response {
    let Ok(id) = OrderId::parse(&id) else {
        return refused(StatusCode::NOT_FOUND, &RedriveOrderError::NotParked);
    };
    match operator.redrive.run(&id).await {
        Ok(()) => answer(Ok(json!({ "order_id": id.as_str(), "outcome": "REDRIVEN" }))),
        Err(RedriveOrderError::Port(failure)) => answer(Err(failure)),
        Err(error @ RedriveOrderError::NotParked) => refused(StatusCode::NOT_FOUND, &error),
        Err(error) => refused(StatusCode::CONFLICT, &error),
    }
}

fn refused(status: StatusCode, error: &RedriveOrderError) -> Response {
    answer_with(status, &json!({ "message": error.to_string() }))
}

async fn payments(State(operator): Hands) -> Response {
    answer(Ok(json!({ "answers": operator.payments.answers() })))
}

async fn turn_payments(State(operator): Hands, body: Bytes) -> Response {
    let wanted: Option<Value> = serde_json::from_slice(&body).ok();
    let Some(answers) = wanted.and_then(|wanted| wanted["answers"].as_bool()) else {
        let message = r#"the body is {"answers": true} or {"answers": false}"#;
        return answer_with(StatusCode::BAD_REQUEST, &json!({ "message": message }));
    };
    operator.payments.turn(answers);
    answer(Ok(json!({ "answers": answers })))
}

#[cfg(test)]
mod tests;
