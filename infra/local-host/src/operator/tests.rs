//! Tests the operator's routes: parked orders and dead letters are listed and redriven once, and the payment gateway
//! can be switched off and on.

use adapter_embedded::executions::{self, Workflow};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;

use std::sync::atomic::AtomicI64;

use super::*;
use crate::downtime::Downtimes;
use crate::events::EventPlane;
use crate::functions::{Functions, InvokeFailure, Source};
use crate::invoker::backlog::Backlog;
use crate::state::DataLocation;
use crate::template;
use crate::workflows::Machines;
use crate::workflows::Workflows;

const ANSWER_BYTES_MAX: usize = 64 * 1024;
const PARKED: &str = r#"
    INSERT INTO orders (id, customer_id, status, lines, total_minor, currency, payment_token, correlation_id,
                        parked_from, parking_execution, parking_error, parking_cause, created_at, updated_at)
    VALUES ('o-1', 'ann', 'PARKED', '[{"sku":"MUG-01","quantity":2,"unit_price_minor":1250,"currency":"EUR"}]', 2500,
            'EUR', 'tok_secret', 'c-1', 'PENDING', 'execution-1', 'TransientFailure', 'silence', 1, 2);
    INSERT INTO executions (kind, name, input, status, error, started_at, ended_at)
    VALUES ('order', 'o-1', '{}', 'FAILED', 'TransientFailure', 1, unixepoch() * 1000);
"#;

struct NoFunctions;

#[async_trait::async_trait]
impl Functions for NoFunctions {
    async fn invoke(&self, _: &str, _: Value, _: Source) -> Result<Value, InvokeFailure> {
        unreachable!("nothing runs in these tests")
    }
}

/// A shop with a parked order.
async fn shop() -> (HostState, Router) {
    let deployment = Arc::new(template::load().unwrap());
    let shop = HostState::open(&DataLocation::Memory, &deployment, "http://127.0.0.1")
        .await
        .unwrap();
    let database = shop.database.clone();
    let machines = Machines::read(&deployment).unwrap();
    let plane = EventPlane {
        database: database.clone(),
        deployment: Arc::clone(&deployment),
        functions: Arc::new(NoFunctions),
        downtimes: Downtimes::open(database.clone()).await.unwrap(),
        log: Arc::default(),
        recorded_to: AtomicI64::default(),
    };
    let downtimes = Arc::clone(&plane.downtimes);
    plane.prepare().await.unwrap();
    Workflows::prepare(
        database.clone(),
        plane.bus(),
        Arc::new(NoFunctions),
        machines.clone(),
        Arc::new(Backlog::new(Vec::new())),
        downtimes,
    )
    .await
    .unwrap();
    database
        .call("park", |connection| connection.execute_batch(PARKED))
        .await
        .unwrap();
    let redriver = WorkflowRedriver {
        database,
        bus: plane.bus(),
        machines,
    };
    let router = router(Operator::of(&shop, redriver));
    (shop, router)
}

async fn ask(router: &Router, method: &str, path: &str, body: &'static str) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).body(Body::from(body));
    let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), ANSWER_BYTES_MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn a_parked_order_is_listed_without_its_payment_token() {
    let (_shop, router) = shop().await;
    let (status, answer) = ask(&router, "GET", "/dev/parked", "").await;
    assert_eq!(status, 200);
    assert_eq!(
        answer["parked"],
        json!([{
            "order_id": "o-1",
            "customer_id": "ann",
            "total": { "amount_minor": 2500, "currency": "EUR" },
            "parked_from": "PENDING",
            "parked_at": "1970-01-01T00:00:00.002Z",
            "execution": "execution-1",
            "error": "TransientFailure",
            "cause": "silence",
            "payment": null,
            "items": [{ "sku": "MUG-01", "quantity": 2 }],
            "correlation_id": "c-1",
        }])
    );
}

#[tokio::test]
async fn a_parked_order_is_redriven_once() {
    let (shop, router) = shop().await;
    let (status, _) = ask(&router, "POST", "/dev/parked/o-1/redrive", "").await;
    assert_eq!(status, 200);
    let find = |connection: &rusqlite::Connection| executions::find(connection, Workflow::OrderSaga, "o-1");
    let execution = shop.database.call("find", move |connection| find(connection)).await;
    assert_eq!(execution.unwrap().unwrap().status.as_str(), "RUNNING");

    let (status, answer) = ask(&router, "POST", "/dev/parked/o-1/redrive", "").await;
    assert_eq!(
        (status, answer["message"].as_str()),
        (409, Some("the order's execution is already running"))
    );
}

#[tokio::test]
async fn what_is_not_parked_is_not_redriven() {
    let (_shop, router) = shop().await;
    for id in ["o-2", "not%20an%20id"] {
        let (status, answer) = ask(&router, "POST", &format!("/dev/parked/{id}/redrive"), "").await;
        assert_eq!(
            (status, answer["message"].as_str()),
            (404, Some("the order does not exist or is not PARKED"))
        );
    }
}

#[tokio::test]
async fn a_dead_letter_is_listed_and_redriven_once() {
    let (shop, router) = shop().await;
    let send = |connection: &rusqlite::Connection| {
        connection.execute_batch(
            "INSERT INTO queue_messages (queue, message_id, body, sent_at_ms, visible_at_ms)
             VALUES ('ThumbnailDeadLetterQueue', 'm-1', '{\"Records\":[]}', 1, 1), ('ThumbnailQueue', 'm-2', '{}', 1, 1)",
        )
    };
    shop.database.call("send", send).await.unwrap();
    let (status, answer) = ask(&router, "GET", "/dev/dead-letters", "").await;
    assert_eq!(status, 200);
    let expected = json!([{ "id": "m-1", "queue": "ThumbnailDeadLetterQueue", "source": "ThumbnailQueue",
        "redrivable": true, "at": "1970-01-01T00:00:00.001Z", "body": { "Records": [] } }]);
    assert_eq!(answer["dead_letters"], expected);
    for (id, status) in [("m-1", 200), ("m-1", 404), ("m-2", 404), ("nothing", 404)] {
        let (answered, answer) = ask(&router, "POST", &format!("/dev/dead-letters/{id}/redrive"), "").await;
        assert_eq!(answered, status, "{id}: {answer}");
    }
}

#[tokio::test]
async fn the_gateway_can_be_turned_off_and_on() {
    let (shop, router) = shop().await;
    for answers in [false, true] {
        let body = if answers {
            r#"{"answers":true}"#
        } else {
            r#"{"answers":false}"#
        };
        assert_eq!(ask(&router, "POST", "/dev/payments", body).await.0, 200);
        assert_eq!(shop.faults.payments.mode() != PaymentsMode::Down, answers);
        assert_eq!(ask(&router, "GET", "/dev/payments", "").await.1["answers"], answers);
    }
    for body in ["", "off", r#"{"answers":1}"#] {
        assert_eq!(ask(&router, "POST", "/dev/payments", body).await.0, 400);
    }
}
