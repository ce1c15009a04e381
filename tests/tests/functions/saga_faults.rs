//! Tests that money and stock are right whichever step of a saga fails, and however often steps and compensations
//! repeat.

use domain::fulfilment::ports::SagaKind;
use domain::values::OrderId;
use serde_json::json;

use crate::books::books;
use crate::shop::{ORDER, Shop, error_name, event};

const FORWARD: [&str; 4] = [
    "saga-reserve-stock",
    "saga-authorize-payment",
    "saga-capture-payment",
    "saga-confirm-order",
];
const BEFORE_CONFIRMATION: usize = 3;

/// Runs the compensations of the order saga, in an order that its parallel branches allow, each `times` times.
async fn undo(shop: &Shop, give_back: &str, times: usize) {
    for _ in 0..times {
        shop.step("saga-release-stock", ORDER).await.unwrap();
    }
    for _ in 0..times {
        match shop.step(give_back, ORDER).await {
            Ok(_) => {}
            // The state machine catches this error.
            Err(error) if error.error_type == "AlreadyCaptured" => {
                shop.step("saga-refund-payment", ORDER).await.unwrap();
            }
            Err(error) => panic!("{give_back}: {error}"),
        }
    }
    for _ in 0..times {
        shop.send("saga-reject-order").await.unwrap();
    }
}

async fn assert_nothing_happened(shop: &Shop, situation: &str) {
    assert_eq!(books(shop, ORDER).await, (0, false), "{situation}");
    assert_eq!(shop.available("MUG-01").await, 7, "{situation}");
    assert_eq!(shop.order(ORDER).await["status"], "REJECTED", "{situation}");
}

#[tokio::test]
async fn every_step_may_be_repeated() {
    let shop = Shop::with_order("tok_ok").await;
    for step in FORWARD {
        for _ in 0..3 {
            shop.step(step, ORDER).await.unwrap();
        }
    }
    // All steps again, as after a redrive from the start.
    for step in FORWARD {
        shop.step(step, ORDER).await.unwrap();
    }
    assert_eq!(books(&shop, ORDER).await, (2_500, false));
    assert_eq!(shop.available("MUG-01").await, 5);
    assert_eq!(shop.order(ORDER).await["status"], "CONFIRMED");
}

#[tokio::test]
async fn a_saga_that_fails_at_any_step_is_compensated_completely() {
    for give_back in ["saga-void-payment", "saga-refund-payment"] {
        for done in 0..=BEFORE_CONFIRMATION {
            for times in 1..=3 {
                let shop = Shop::with_order("tok_ok").await;
                for step in &FORWARD[..done] {
                    shop.step(step, ORDER).await.unwrap();
                }
                undo(&shop, give_back, times).await;
                assert_nothing_happened(&shop, &format!("{give_back} x {times} after {done} steps")).await;
            }
        }
    }
}

#[tokio::test]
async fn a_step_that_arrives_after_its_compensation_changes_nothing() {
    for done in 0..=BEFORE_CONFIRMATION {
        let shop = Shop::with_order("tok_ok").await;
        for step in &FORWARD[..done] {
            shop.step(step, ORDER).await.unwrap();
        }
        undo(&shop, "saga-refund-payment", 1).await;
        // The late original of a call that had timed out.
        let names = [
            "ReservationClosed",
            "PaymentClosed",
            "PaymentClosed",
            "OrderNotConfirmable",
        ];
        for (step, name) in FORWARD.into_iter().zip(names) {
            assert_eq!(
                error_name(shop.step(step, ORDER).await),
                name,
                "{step} after {done} steps"
            );
        }
        assert_nothing_happened(&shop, &format!("late steps after {done}")).await;
    }
}

#[tokio::test]
async fn steps_and_compensations_may_alternate() {
    let shop = Shop::with_order("tok_ok").await;
    for (step, undo) in [
        ("saga-reserve-stock", "saga-release-stock"),
        ("saga-authorize-payment", "saga-void-payment"),
    ] {
        shop.step(step, ORDER).await.unwrap();
        for _ in 0..3 {
            shop.step(undo, ORDER).await.unwrap();
            shop.step(step, ORDER).await.unwrap_err();
        }
    }
    shop.send("saga-reject-order").await.unwrap();
    assert_nothing_happened(&shop, "alternating").await;
}

#[tokio::test]
async fn a_cancelled_order_gives_back_money_and_stock_exactly_once() {
    for times in 1..=3 {
        let shop = Shop::with_order("tok_ok").await;
        shop.confirm(ORDER).await;
        assert_eq!(shop.available("MUG-01").await, 5);
        shop.send("orders-cancel").await.unwrap();
        for step in ["saga-refund-payment", "saga-release-stock", "saga-cancel-order"] {
            for _ in 0..times {
                shop.step(step, ORDER).await.unwrap();
            }
        }
        assert_eq!(
            (books(&shop, ORDER).await, shop.available("MUG-01").await),
            ((0, false), 7),
            "{times}"
        );
        assert_eq!(shop.order(ORDER).await["status"], "CANCELLED");
        // A late confirmation does not revive the order.
        shop.step("saga-confirm-order", ORDER).await.unwrap();
        assert_eq!(
            (
                shop.order(ORDER).await["status"].clone(),
                shop.available("MUG-01").await
            ),
            (json!("CANCELLED"), 7)
        );
    }
}

#[tokio::test]
async fn a_late_confirmation_does_not_revive_a_cancel_that_was_parked() {
    let shop = Shop::with_order("tok_ok").await;
    shop.confirm(ORDER).await;
    shop.send("orders-cancel").await.unwrap();
    let mut ended = event("saga-reconcile");
    ended["detail"]["stateMachineArn"] =
        json!("arn:aws:states:eu-central-1:123456789012:stateMachine:popshop-dev-order-cancel");
    ended["detail"]["name"] = json!(SagaKind::Cancel.execution_name(&OrderId::parse(ORDER).unwrap()));
    shop.invoke("saga-reconcile", ended).await.unwrap();
    shop.step("saga-confirm-order", ORDER).await.unwrap();
    assert_eq!(shop.order(ORDER).await["status"], "PARKED");
}
