//! Serves an operator: lists and redrives parked orders and dead letters, and turns the payment provider off and on.

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

use crate::answers::{answer, answer_with};
use crate::events::clock::now_ms;
use crate::events::dead_letters::{self, DeadLetterFault};
use crate::events::record_redriven;
use crate::faults::payments::{Payments, PaymentsMode};
use crate::state::HostState;
use crate::workflows::redrive::WorkflowRedriver;

pub(crate) struct Operator {
    list: ListParked,
    redrive: RedriveOrder,
    payments: Payments,
    workflows: WorkflowRedriver,
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
                redriver: Arc::new(redriver.clone()),
            },
            payments: shop.faults.payments.clone(),
            workflows: redriver,
        }
    }
}

type Shared = State<Arc<Operator>>;

pub(crate) fn router(operator: Operator) -> Router {
    Router::new()
        .route("/dev/parked", get(list))
        .route("/dev/parked/{order_id}/redrive", post(redrive))
        .route("/dev/dead-letters", get(dead_letters))
        .route("/dev/dead-letters/{id}/redrive", post(redrive_dead_letter))
        .route("/dev/payments", get(payments).post(turn_payments))
        .with_state(Arc::new(operator))
}

async fn list(State(operator): Shared) -> Response {
    let list = operator.list.run().await;
    answer(list.map(|list| json!(ParkedListJson::from(&list))))
}

async fn redrive(State(operator): Shared, Path(id): Path<String>) -> Response {
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

async fn dead_letters(State(operator): Shared) -> Response {
    let WorkflowRedriver { database, bus, .. } = operator.workflows.clone();
    let listed = database
        .call("list dead letters", move |connection| {
            dead_letters::list(connection, &bus.deployment)
        })
        .await;
    answer(listed.map(|listed| json!({ "dead_letters": listed })))
}

async fn redrive_dead_letter(State(operator): Shared, Path(id): Path<String>) -> Response {
    let WorkflowRedriver { database, bus, .. } = operator.workflows.clone();
    let message_id = id.clone();
    let redriven = database
        .call("redrive dead letter", move |connection| {
            dead_letters::redrive(connection, &bus.deployment, &message_id, now_ms())
        })
        .await;
    match redriven {
        Err(failure) => answer(Err(failure)),
        Ok(Err(fault)) => {
            let status = match fault {
                DeadLetterFault::NotFound => StatusCode::NOT_FOUND,
                DeadLetterFault::OfStream | DeadLetterFault::UnknownSource => StatusCode::CONFLICT,
            };
            answer_with(status, &json!({ "message": fault.to_string() }))
        }
        Ok(Ok(())) => {
            record_redriven(&operator.workflows.bus.log, None, &id);
            answer(Ok(json!({ "id": id, "outcome": "REDRIVEN" })))
        }
    }
}

/// The part of `/dev/faults` that is about payments, under its older address.
async fn payments(State(operator): Shared) -> Response {
    answer(Ok(json!({ "answers": operator.payments.mode() != PaymentsMode::Down })))
}

async fn turn_payments(State(operator): Shared, body: Bytes) -> Response {
    let wanted: Option<Value> = serde_json::from_slice(&body).ok();
    let Some(answers) = wanted.and_then(|wanted| wanted["answers"].as_bool()) else {
        let message = r#"the body is {"answers": true} or {"answers": false}"#;
        return answer_with(StatusCode::BAD_REQUEST, &json!({ "message": message }));
    };
    let mode = if answers { PaymentsMode::Up } else { PaymentsMode::Down };
    operator.payments.turn(mode);
    answer(Ok(json!({ "answers": answers })))
}

#[cfg(test)]
mod tests;
