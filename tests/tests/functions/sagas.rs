//! Tests the outcome of the state machine files when each step fails to run, loses its answer, or fails with each of
//! its errors.

use function_tests::saga_steps::{CANCEL, CANCELLED, CONFIRMED, ORDER, UNDO, VOIDED, before_the_capture};
use serde_json::json;
use state_machine::Outcome;

use crate::saga_world::{Fault, Happens, World, always, once};

/// The longest time of an order with any sandbox token, by the contract.
const ORDER_MS_MAX: i64 = 60_000;

/// The states of an order whose payment is voided, after the states in `way`.
fn voided(way: &[&'static str]) -> Vec<&'static str> {
    [way, &VOIDED].concat()
}

fn sorted_branches(states: &[String]) -> Vec<&str> {
    // The two compensations run in parallel, so they are sorted by name.
    let mut states: Vec<&str> = states.iter().map(String::as_str).collect();
    if let Some(undo) = states.iter().position(|state| *state == "UndoOrder") {
        let end = states
            .iter()
            .position(|state| *state == "RejectOrder")
            .unwrap_or(states.len());
        states[undo + 1..end].sort_unstable();
    }
    states
}

fn rejected(reason: &str) -> (String, Option<String>, i64, bool, u32) {
    ("REJECTED".to_owned(), Some(reason.to_owned()), 0, false, 7)
}

#[test]
fn an_order_that_is_paid_is_confirmed() {
    for token in ["tok_ok", "tok_flaky"] {
        let world = World::with_order(token);
        let executed = world.run("order-saga", &[]);
        assert_eq!(
            executed.outcome,
            Outcome::Succeeded(json!({"outcome": "CONFIRMED"})),
            "{token}"
        );
        assert_eq!(executed.states, CONFIRMED, "{token}");
        assert_eq!(world.end(), ("CONFIRMED".to_owned(), None, 2_500, false, 5), "{token}");
        assert!(
            executed.elapsed_ms <= ORDER_MS_MAX,
            "{token}: {} ms",
            executed.elapsed_ms
        );
    }
}

#[test]
fn a_refused_payment_rejects_the_order_with_the_gateways_reason() {
    let refused: [(&str, &[&str], &str); 4] = [
        ("tok_declined", &["PaymentRefused"], "payment_declined"),
        ("tok_insufficient_funds", &["PaymentRefused"], "insufficient_funds"),
        ("tok_down", &["PaymentUnavailable"], "payment_unavailable"),
        ("tok_capture_fails", &["CapturePayment"], "capture_refused"),
    ];
    for (token, failing, reason) in refused {
        let world = World::with_order(token);
        let executed = world.run("order-saga", &[]);
        assert_eq!(
            executed.outcome,
            Outcome::Succeeded(json!({"outcome": "REJECTED", "reason": reason})),
            "{token}"
        );
        let way = voided(&[before_the_capture(), failing].concat());
        assert_eq!(sorted_branches(&executed.states), way, "{token}");
        assert_eq!(world.end(), rejected(reason), "{token}");
        assert!(
            executed.elapsed_ms <= ORDER_MS_MAX,
            "{token}: {} ms",
            executed.elapsed_ms
        );
    }
}

#[test]
fn a_shortage_rejects_the_order_and_frees_the_money() {
    let world = World::with_order("tok_ok");
    let others = "0192e5a0-7c11-7b3a-9c5d-6a1f00000099";
    world.runtime.block_on(async {
        world
            .shop
            .place(others, "tok_ok", &json!([{"sku": "MUG-01", "quantity": 6}]))
            .await;
        world.shop.step("saga-reserve-stock", others).await.unwrap();
    });
    let executed = world.run("order-saga", &[]);
    assert_eq!(sorted_branches(&executed.states), voided(before_the_capture()));
    let (status, reason, earned, held, left) = world.end();
    assert_eq!((status.as_str(), reason.as_deref()), ("REJECTED", Some("out_of_stock")));
    assert_eq!((earned, held, left), (0, false, 1));
}

/// Errors after which every step is retried.
const RETRIED: [&str; 10] = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "TransientFailure",
    "StepPanicked",
    "States.Timeout",
];

#[test]
fn a_step_that_fails_once_is_retried_with_or_without_an_effect() {
    for error in RETRIED {
        for state in ORDER.map(|step| step.name) {
            for happens in [Happens::No, Happens::Yes] {
                let faults = [once(state, error, happens)];
                let world = World::with_order("tok_ok");
                let executed = world.run("order-saga", &faults);
                assert_eq!(executed.states, CONFIRMED, "{faults:?}");
                assert_eq!(
                    executed.calls.iter().filter(|call| call.state == state).count(),
                    2,
                    "{faults:?}"
                );
                world.assert_in_order(&executed, &faults);
            }
        }
    }
}

#[test]
fn a_compensation_that_fails_once_is_retried_with_or_without_an_effect() {
    let capture_unclear = always("CapturePayment", "InternalFailure", Happens::Yes);
    for state in UNDO.map(|step| step.name) {
        for happens in [Happens::No, Happens::Yes] {
            let faults = [capture_unclear, once(state, "TransientFailure", happens)];
            let world = World::with_order("tok_ok");
            let executed = world.run("order-saga", &faults);
            assert_eq!(world.end(), rejected("payment_unavailable"), "{faults:?}");
            let world = World::with_order("tok_declined");
            world.run("order-saga", &faults[1..]);
            assert_eq!(world.end(), rejected("payment_declined"), "{faults:?}");
            assert!(executed.states.contains(&"RefundPayment".to_owned()), "{faults:?}");
        }
    }
}

#[test]
fn a_step_that_keeps_failing_is_compensated_or_parked() {
    // State, error, whether the step had its effect; then the status and the reason of the order.
    let unavailable = Some("payment_unavailable");
    let cases = [
        ("ReserveStock", "TransientFailure", "PARKED", None),
        ("ReserveStock", "ReservationClosed", "PARKED", None),
        ("ReserveStock", "OutOfStock", "REJECTED", Some("out_of_stock")),
        ("AuthorizePayment", "TransientFailure", "REJECTED", unavailable),
        ("AuthorizePayment", "PaymentClosed", "REJECTED", unavailable),
        (
            "AuthorizePayment",
            "PaymentDeclined",
            "REJECTED",
            Some("payment_declined"),
        ),
        (
            "AuthorizePayment",
            "InsufficientFunds",
            "REJECTED",
            Some("insufficient_funds"),
        ),
        ("CapturePayment", "TransientFailure", "REJECTED", unavailable),
        ("CapturePayment", "PaymentClosed", "REJECTED", unavailable),
        ("CapturePayment", "NotAuthorized", "REJECTED", unavailable),
        ("CapturePayment", "CaptureRefused", "REJECTED", Some("capture_refused")),
        ("NotifyConfirmed", "TransientFailure", "CONFIRMED", None),
        ("NotifyConfirmed", "OrderNotFound", "CONFIRMED", None),
    ];
    for (state, error, status, reason) in cases {
        for happens in [Happens::No, Happens::Yes] {
            let faults = [always(state, error, happens)];
            let world = World::with_order("tok_ok");
            let executed = world.run("order-saga", &faults);
            let end = world.end();
            assert_eq!((end.0.as_str(), end.1.as_deref()), (status, reason), "{faults:?}");
            world.assert_in_order(&executed, &faults);
        }
    }
}

#[test]
fn an_order_that_cannot_be_confirmed_or_compensated_is_parked() {
    // An order is rejected before its customer is notified.
    let undo = UNDO[..UNDO.len() - 1].iter().map(|step| step.name);
    for state in undo.chain(["ConfirmOrder"]) {
        let mut faults = vec![always(state, "TransientFailure", Happens::No)];
        if state != "ConfirmOrder" {
            let error = if state == "RefundPayment" {
                "InternalFailure"
            } else {
                "CaptureRefused"
            };
            faults.push(always("CapturePayment", error, Happens::No));
        }
        let world = World::with_order("tok_ok");
        let executed = world.run("order-saga", &faults);
        let Outcome::Failed(error) = &executed.outcome else {
            panic!("{state}: {:?}", executed.outcome);
        };
        assert_eq!(
            (error.error.as_str(), world.end().0.as_str()),
            ("TransientFailure", "PARKED"),
            "{state}"
        );
    }
}

#[test]
fn no_two_faults_lose_money_or_stock() {
    let faults: Vec<Fault> = ORDER
        .iter()
        .chain(&UNDO)
        .flat_map(|step| [Happens::No, Happens::Yes].map(|happens| always(step.name, "InternalFailure", happens)))
        .collect();
    for (index, first) in faults.iter().enumerate() {
        for second in &faults[index..] {
            let world = World::with_order("tok_ok");
            let executed = world.run("order-saga", &[*first, *second]);
            world.assert_in_order(&executed, &[*first, *second]);
        }
    }
}

#[test]
fn a_cancelled_order_is_refunded_and_restocked() {
    let world = World::with_cancelled_order();
    let executed = world.run("order-cancel", &[]);
    assert_eq!(executed.outcome, Outcome::Succeeded(json!({"outcome": "CANCELLED"})));
    assert_eq!(executed.states, CANCELLED);
    assert_eq!(world.end(), ("CANCELLED".to_owned(), None, 0, false, 7));
}

#[test]
fn a_cancel_whose_step_fails_once_is_completed_and_one_whose_step_keeps_failing_is_parked() {
    for state in CANCEL.map(|step| step.name) {
        for happens in [Happens::No, Happens::Yes] {
            let faults = [once(state, "States.Timeout", happens)];
            let world = World::with_cancelled_order();
            world.run("order-cancel", &faults);
            assert_eq!(world.end(), ("CANCELLED".to_owned(), None, 0, false, 7), "{faults:?}");

            let faults = [always(state, "TransientFailure", happens)];
            let world = World::with_cancelled_order();
            let executed = world.run("order-cancel", &faults);
            world.assert_in_order(&executed, &faults);
            // A step whose answer got lost had its effect, so the order need not be parked.
            let completed = state == "NotifyCancelled" || (state == "CancelOrder" && happens == Happens::Yes);
            assert_eq!(
                world.end().0,
                if completed { "CANCELLED" } else { "PARKED" },
                "{faults:?}"
            );
        }
    }
}
