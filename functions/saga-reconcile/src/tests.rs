//! Tests of the handler over the shop in memory.

use std::time::Duration;

use function_tests::{ORDER, OTHER_ORDER, World, error_name, event};

use super::*;

const CANCEL: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-dev-order-cancel";

async fn reply(world: &World, event: Value) -> Reply {
    let reconcile = ReconcileOrders::from(&world.shop.ports);
    let sagas = SagaArns {
        order: CANCEL.replace("order-cancel", "order-saga"),
        cancel: CANCEL.to_owned(),
    };
    handle(world.invocation_of("saga-reconcile", event), &reconcile, &sagas).await
}

fn logged() -> Vec<Value> {
    let lines = function_tests::log::taken();
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn schedule() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-11-01T10:20:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/popshop-dev-Sweep"], "detail": {},
    })
}

fn outcome(name: &str) -> Value {
    json!({"outcome": name})
}

#[tokio::test]
async fn an_order_whose_saga_ended_badly_is_parked_once() {
    let world = World::with_order("tok_ok").await;
    let ended = event("saga-reconcile");
    assert_eq!(reply(&world, ended.clone()).await.unwrap(), outcome("PARKED"));
    assert_eq!(world.order(ORDER).await["status"], "PARKED");
    assert_eq!(reply(&world, ended).await.unwrap(), outcome("ALREADY_SETTLED"));
    // The operator's redrive leads on to the state that was due.
    world.confirm(ORDER).await;
    assert_eq!(world.order(ORDER).await["status"], "CONFIRMED");
}

#[tokio::test]
async fn an_event_of_another_machine_or_another_service_fails_by_name() {
    let foreign = json!({"source": "aws.s3", "detail-type": "Object Created"});
    let world = World::with_order("tok_ok").await;
    for event in [event("saga-reconcile.rejected"), foreign] {
        let reply = reply(&world, event).await;
        assert_eq!(error_name(reply), "StepInputMalformed");
    }
}

#[tokio::test]
async fn the_end_of_an_order_saga_does_not_park_a_cancel() {
    let world = World::with_order("tok_ok").await;
    world.confirm(ORDER).await;
    world.send("orders-cancel").await.unwrap();
    let mut ended = event("saga-reconcile");
    assert_eq!(reply(&world, ended.clone()).await.unwrap(), outcome("ALREADY_SETTLED"));
    ended["detail"]["stateMachineArn"] = json!(CANCEL);
    ended["detail"]["name"] = json!(format!("{ORDER}-cancel"));
    ended["detail"]["status"] = json!("TIMED_OUT");
    ended["detail"]["error"] = json!(null);
    ended["detail"]["cause"] = json!(null);
    assert_eq!(reply(&world, ended.clone()).await.unwrap(), outcome("PARKED"));
    ended["detail"]["status"] = json!("SUCCEEDED");
    assert_eq!(reply(&world, ended).await.unwrap(), outcome("IGNORED"));
}

#[tokio::test]
async fn a_forgotten_order_is_found_by_the_schedule() {
    let world = World::with_order("tok_ok").await;
    let schedule = schedule();
    let swept = |orders: usize| json!({"outcome": "SWEPT", "orders": orders});
    assert_eq!(reply(&world, schedule.clone()).await.unwrap(), swept(0));
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(reply(&world, schedule).await.unwrap(), swept(1));
    let started = world.memory.look(|tables| tables.sagas.starts[0].clone());
    assert_eq!((started.kind, started.order.as_str()), (SagaKind::Order, ORDER));
}

#[tokio::test]
async fn a_sweep_reports_what_it_did_before_it_fails() {
    let world = World::with_order("tok_ok").await;
    world.clock.advance(Duration::from_secs(1));
    world.place_mugs(OTHER_ORDER, "tok_ok").await;
    world.clock.advance(Duration::from_hours(1));
    world.memory.refuse_next("sagas.standing");
    logged();
    assert_eq!(error_name(reply(&world, schedule()).await), "TransientFailure");
    let log = logged();
    let line = |order: &str| {
        log.iter()
            .find(|line| line["order_id"] == order)
            .unwrap_or_else(|| panic!("{log:?}"))
    };
    assert_eq!(line(ORDER)["message"], "overdue order failed");
    assert_eq!(line(OTHER_ORDER)["outcome"], "STARTED");
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_logged_and_counted() {
    let world = World::with_order("tok_ok").await;
    world.clock.advance(Duration::from_hours(1));
    let id = OrderId::parse(ORDER).unwrap();
    world.memory.change(|tables| tables.orders.damaged.insert(id));
    logged();
    assert_eq!(
        reply(&world, schedule()).await.unwrap(),
        json!({"outcome": "SWEPT", "orders": 0})
    );
    let log = logged();
    assert!(
        log.iter().any(|line| line["key"] == format!("order#{ORDER}")),
        "{log:?}"
    );
    assert!(log.iter().any(|line| line["UnreadableItems"] == 1), "{log:?}");
}
