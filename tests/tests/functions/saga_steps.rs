//! What does each step of the sagas answer, and by which name does it fail?

use std::time::Duration;

use adapter_embedded::executions::{self, Execution, ExecutionStatus};
use domain::fulfilment::ports::SagaKind;
use serde_json::{Value, json};

use crate::shop::{ORDER, OTHER_ORDER, Shop, error_name, event};

/// A step's own event, twice: the second time it finds everything done.
async fn twice(shop: &Shop, function: &str) -> Value {
    let first = shop.send(function).await.unwrap();
    let second = shop.send(function).await.unwrap();
    assert_eq!(first, second, "{function}");
    first
}

async fn refused(shop: &Shop, function: &str) -> String {
    error_name(shop.send(&format!("{function}.rejected")).await)
}

fn outcome(name: &str) -> Value {
    json!({"outcome": name})
}

#[tokio::test]
async fn stock_is_reserved_once_or_not_at_all() {
    let shop = Shop::with_order("tok_ok").await;
    let items = json!([{"sku": "TEE-01", "quantity": 1}, {"sku": "MUG-01", "quantity": 8}]);
    shop.place(OTHER_ORDER, "tok_ok", &items).await;
    assert_eq!(twice(&shop, "saga-reserve-stock").await, outcome("RESERVED"));
    assert_eq!(refused(&shop, "saga-reserve-stock").await, "OutOfStock");
    assert_eq!((shop.available("MUG-01").await, shop.available("TEE-01").await), (5, 3));
}

#[tokio::test]
async fn stock_is_given_back_once_and_the_reservation_closed() {
    let shop = Shop::with_order("tok_ok").await;
    shop.step("saga-reserve-stock", ORDER).await.unwrap();
    assert_eq!(twice(&shop, "saga-release-stock").await, outcome("RELEASED"));
    assert_eq!(shop.available("MUG-01").await, 7);
    assert_eq!(
        error_name(shop.step("saga-reserve-stock", ORDER).await),
        "ReservationClosed"
    );
    assert_eq!(refused(&shop, "saga-release-stock").await, "StepInputMalformed");
}

#[tokio::test]
async fn a_payment_is_authorized_or_refused_for_good() {
    let shop = Shop::with_order("tok_ok").await;
    shop.place_mugs(OTHER_ORDER, "tok_declined").await;
    assert_eq!(twice(&shop, "saga-authorize-payment").await, outcome("AUTHORIZED"));
    for _ in 0..2 {
        assert_eq!(refused(&shop, "saga-authorize-payment").await, "PaymentDeclined");
    }
    shop.place_mugs("order-3", "tok_insufficient_funds").await;
    assert_eq!(
        error_name(shop.step("saga-authorize-payment", "order-3").await),
        "InsufficientFunds"
    );
    shop.place_mugs("order-4", "tok_down").await;
    assert_eq!(
        error_name(shop.step("saga-authorize-payment", "order-4").await),
        "TransientFailure"
    );
    shop.step("saga-void-payment", "order-4").await.unwrap();
    assert_eq!(
        error_name(shop.step("saga-authorize-payment", "order-4").await),
        "PaymentClosed"
    );
}

#[tokio::test]
async fn money_is_captured_once_and_only_when_it_is_held() {
    let shop = Shop::with_order("tok_ok").await;
    shop.step("saga-authorize-payment", ORDER).await.unwrap();
    assert_eq!(twice(&shop, "saga-capture-payment").await, outcome("CAPTURED"));
    shop.place_mugs(OTHER_ORDER, "tok_capture_fails").await;
    assert_eq!(refused(&shop, "saga-capture-payment").await, "NotAuthorized");
    shop.step("saga-authorize-payment", OTHER_ORDER).await.unwrap();
    assert_eq!(refused(&shop, "saga-capture-payment").await, "CaptureRefused");
    shop.step("saga-void-payment", OTHER_ORDER).await.unwrap();
    assert_eq!(refused(&shop, "saga-capture-payment").await, "PaymentClosed");
}

#[tokio::test]
async fn a_payment_is_voided_until_it_is_captured() {
    let shop = Shop::with_order("tok_ok").await;
    shop.step("saga-authorize-payment", ORDER).await.unwrap();
    assert_eq!(twice(&shop, "saga-void-payment").await, outcome("VOIDED"));
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    shop.confirm(OTHER_ORDER).await;
    assert_eq!(refused(&shop, "saga-void-payment").await, "AlreadyCaptured");
}

#[tokio::test]
async fn exactly_what_was_captured_is_refunded() {
    let shop = Shop::with_order("tok_ok").await;
    shop.confirm(ORDER).await;
    let refunded = json!({"outcome": "REFUNDED", "refunded": {"amount_minor": 2500, "currency": "EUR"}});
    assert_eq!(twice(&shop, "saga-refund-payment").await, refunded);
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    let nothing = shop.step("saga-refund-payment", OTHER_ORDER).await.unwrap();
    assert_eq!(nothing, outcome("NOTHING_CAPTURED"));
    assert_eq!(refused(&shop, "saga-refund-payment").await, "OrderNotFound");
}

#[tokio::test]
async fn a_pending_order_is_confirmed_and_a_rejected_one_is_not() {
    let shop = Shop::with_order("tok_ok").await;
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    for step in ["saga-reserve-stock", "saga-authorize-payment", "saga-capture-payment"] {
        shop.step(step, ORDER).await.unwrap();
    }
    assert_eq!(twice(&shop, "saga-confirm-order").await, outcome("CONFIRMED"));
    assert_eq!(shop.order(ORDER).await["status"], "CONFIRMED");
    shop.send("saga-reject-order.rejected").await.unwrap();
    assert_eq!(refused(&shop, "saga-confirm-order").await, "OrderNotConfirmable");
}

#[tokio::test]
async fn a_pending_order_is_rejected_and_a_confirmed_one_is_not() {
    let shop = Shop::with_order("tok_ok").await;
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    assert_eq!(twice(&shop, "saga-reject-order").await, outcome("REJECTED"));
    let order = shop.order(ORDER).await;
    assert_eq!(
        (&order["status"], &order["reason"]),
        (&json!("REJECTED"), &json!("out_of_stock"))
    );
    shop.confirm(OTHER_ORDER).await;
    assert_eq!(refused(&shop, "saga-reject-order").await, "OrderNotRejectable");
}

#[tokio::test]
async fn a_cancel_is_completed_only_when_it_was_asked_for() {
    let shop = Shop::with_order("tok_ok").await;
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    shop.confirm(ORDER).await;
    shop.send("orders-cancel").await.unwrap();
    assert_eq!(twice(&shop, "saga-cancel-order").await, outcome("CANCELLED"));
    assert_eq!(shop.order(ORDER).await["status"], "CANCELLED");
    assert_eq!(refused(&shop, "saga-cancel-order").await, "OrderNotCancelling");
}

#[tokio::test]
async fn a_customer_is_told_once() {
    let shop = Shop::with_order("tok_ok").await;
    shop.confirm(ORDER).await;
    let function = "saga-notify-customer";
    assert_eq!(shop.send(function).await.unwrap(), outcome("SENT"));
    assert_eq!(shop.send(function).await.unwrap(), outcome("SENT_BEFORE"));
    assert_eq!(shop.mailer.sent(10).await.unwrap().len(), 1);
    assert_eq!(refused(&shop, function).await, "OrderNotFound");
}

#[tokio::test]
async fn an_input_that_no_state_machine_would_send_fails_by_name() {
    let shop = Shop::open().await;
    let strange = [
        ("saga-reserve-stock", json!({"order_id": ORDER})),
        ("saga-confirm-order", json!({"order_id": "", "correlation_id": "req-1"})),
        (
            "saga-reject-order",
            json!({"order_id": ORDER, "correlation_id": "req-1", "reason": "bad_mood"}),
        ),
        (
            "saga-notify-customer",
            json!({"order_id": ORDER, "correlation_id": "req-1", "notice": "SHIPPED"}),
        ),
        (
            "saga-reconcile",
            json!({"source": "aws.s3", "detail-type": "Object Created"}),
        ),
    ];
    for (function, input) in strange {
        assert_eq!(
            error_name(shop.invoke(function, input).await),
            "StepInputMalformed",
            "{function}"
        );
    }
}

async fn execution(shop: &Shop, kind: SagaKind, name: &str) -> Option<Execution> {
    let name = name.to_owned();
    shop.database
        .call("find execution", move |connection| {
            executions::find(connection, kind.into(), &name)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn changes_of_orders_start_one_saga_each() {
    let shop = Shop::open().await;
    for _ in 0..2 {
        let answer = shop.send("saga-start").await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
    }
    let order = execution(&shop, SagaKind::Order, ORDER)
        .await
        .expect("the order's saga");
    let input: Value = serde_json::from_str(&order.input).unwrap();
    assert_eq!(input, json!({"order_id": ORDER, "correlation_id": "req-7f3a2b10"}));
    assert_eq!(order.status, ExecutionStatus::Running);
    let cancel = execution(&shop, SagaKind::Cancel, &format!("{OTHER_ORDER}-cancel"))
        .await
        .expect("the cancel's saga");
    let input: Value = serde_json::from_str(&cancel.input).unwrap();
    assert_eq!(
        input,
        json!({"order_id": OTHER_ORDER, "correlation_id": "req-9d8c7b6a"})
    );
}

#[tokio::test]
async fn a_stream_record_that_cannot_be_read_holds_up_what_comes_after_it() {
    let shop = Shop::open().await;
    let answer = shop.send("saga-start.rejected").await.unwrap();
    let failures = json!([{"itemIdentifier": "4421584500000000017450439094"}]);
    assert_eq!(answer, json!({"batchItemFailures": failures}));
    assert!(execution(&shop, SagaKind::Order, ORDER).await.is_some());
    assert!(
        execution(&shop, SagaKind::Order, "0192e5a0-7c11-7b3a-9c5d-6a1f000000ff")
            .await
            .is_none()
    );
}

#[tokio::test]
async fn a_change_that_starts_nothing_is_passed_over() {
    let shop = Shop::open().await;
    let changes: [(&str, Value); 5] = [
        ("/Records/0/dynamodb/NewImage/kind/S", json!("IDEMPOTENCY")),
        ("/Records/0/dynamodb/NewImage/status/S", json!("CONFIRMED")),
        ("/Records/0/eventName", json!("MODIFY")),
        ("/Records/1/dynamodb/OldImage/status/S", json!("CANCELLING")),
        ("/Records/1/dynamodb/NewImage/status/S", json!("PARKED")),
    ];
    for (pointer, value) in changes {
        let mut event = event("saga-start");
        *event.pointer_mut(pointer).unwrap() = value;
        let passed_over = usize::from(pointer.starts_with("/Records/1"));
        event["Records"] = json!([event["Records"][passed_over]]);
        let answer = shop.invoke("saga-start", event).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}), "{pointer}");
    }
    assert!(shop.running_sagas().await.is_empty());
}

#[tokio::test]
async fn an_order_whose_saga_ended_badly_is_parked_once() {
    let shop = Shop::with_order("tok_ok").await;
    let function = "saga-reconcile";
    assert_eq!(shop.send(function).await.unwrap(), outcome("PARKED"));
    assert_eq!(shop.order(ORDER).await["status"], "PARKED");
    assert_eq!(shop.send(function).await.unwrap(), outcome("ALREADY_SETTLED"));
    // The operator's redrive leads on to the state that was due.
    shop.confirm(ORDER).await;
    assert_eq!(shop.order(ORDER).await["status"], "CONFIRMED");
    assert_eq!(refused(&shop, function).await, "StepInputMalformed");
}

#[tokio::test]
async fn the_end_of_an_order_saga_does_not_park_a_cancel() {
    let shop = Shop::with_order("tok_ok").await;
    shop.confirm(ORDER).await;
    shop.send("orders-cancel").await.unwrap();
    let mut ended = event("saga-reconcile");
    assert_eq!(
        shop.invoke("saga-reconcile", ended.clone()).await.unwrap(),
        outcome("ALREADY_SETTLED")
    );
    ended["detail"]["stateMachineArn"] =
        json!("arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-dev-order-cancel");
    ended["detail"]["name"] = json!(format!("{ORDER}-cancel"));
    ended["detail"]["status"] = json!("TIMED_OUT");
    ended["detail"]["error"] = json!(null);
    ended["detail"]["cause"] = json!(null);
    assert_eq!(
        shop.invoke("saga-reconcile", ended.clone()).await.unwrap(),
        outcome("PARKED")
    );
    ended["detail"]["status"] = json!("SUCCEEDED");
    assert_eq!(shop.invoke("saga-reconcile", ended).await.unwrap(), outcome("IGNORED"));
}

#[tokio::test]
async fn a_forgotten_order_is_found_by_the_schedule() {
    let shop = Shop::with_order("tok_ok").await;
    let schedule = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-11-01T10:20:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/popshop-dev-Sweep"], "detail": {},
    });
    let swept = |orders: usize| json!({"outcome": "SWEPT", "orders": orders});
    assert_eq!(shop.invoke("saga-reconcile", schedule.clone()).await.unwrap(), swept(0));
    shop.clock.advance(Duration::from_hours(1));
    assert_eq!(shop.invoke("saga-reconcile", schedule).await.unwrap(), swept(1));
    assert!(execution(&shop, SagaKind::Order, ORDER).await.is_some());
}
