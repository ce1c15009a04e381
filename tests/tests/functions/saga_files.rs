//! Tests the paths through the committed state machine files, with functions that fail by name.

use std::collections::BTreeMap;

use domain::values::DeclineReason;
use serde_json::{Value, json};
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{ExecutionInput, Outcome, StateMachine};
use wire::step_fault::StepFault;

const ORDER_SAGA: &str = include_str!("../../../infra/order-saga.asl.json");
const ORDER_CANCEL: &str = include_str!("../../../infra/order-cancel.asl.json");

const PAYMENT_RESULT_SECONDS: &str = "45";

/// Parses a file, with `X` in place of each `${XFunctionArn}`.
fn parsed(name: &str, definition: &str) -> StateMachine {
    let constants = [("Partition", "aws"), ("PaymentResultSeconds", PAYMENT_RESULT_SECONDS)];
    let constants = constants.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut substitutions = BTreeMap::from(constants);
    for part in definition.split("${").skip(1) {
        let placeholder = part.split('}').next().unwrap();
        if let Some(function) = placeholder.strip_suffix("FunctionArn") {
            substitutions.insert(placeholder.to_owned(), function.to_owned());
        }
    }
    StateMachine::parse(name, definition, &substitutions).unwrap()
}

pub(crate) fn order_saga() -> StateMachine {
    parsed("order-saga", ORDER_SAGA)
}

pub(crate) fn order_cancel() -> StateMachine {
    parsed("order-cancel", ORDER_CANCEL)
}

pub(crate) fn execution() -> ExecutionInput {
    ExecutionInput {
        id: "arn:execution".to_owned(),
        name: "e-1".to_owned(),
        started_at_ms: 0,
        input: json!({ "order_id": "o-1", "correlation_id": "c-1" }),
    }
}

pub(crate) fn outcome_on(host: &VirtualHost, machine: &StateMachine) -> Outcome {
    host.run(machine, &execution())
        .expect("the execution is blocked")
        .unwrap()
}

/// Runs the saga with failing functions, and returns its outcome and the invoked functions, without repeated attempts.
fn run_with(machine: &StateMachine, failures: &[(&str, &str)]) -> (Outcome, Vec<String>) {
    let failures: BTreeMap<String, String> = failures
        .iter()
        .map(|(function, error)| ((*function).to_owned(), (*error).to_owned()))
        .collect();
    let host = VirtualHost::new(0.5, move |call| Answer {
        after_ms: 10,
        result: match failures.get(&call.function) {
            Some(error) => Err(StateError::new(error, "made to fail")),
            None => Ok(json!({})),
        },
    });
    let outcome = outcome_on(&host, machine);
    let mut invoked: Vec<String> = host.calls().into_iter().map(|call| call.function).collect();
    invoked.dedup();
    (outcome, invoked)
}

fn rejected(reason: &str) -> Outcome {
    Outcome::Succeeded(json!({ "outcome": "REJECTED", "reason": reason }))
}

#[test]
fn an_order_without_failures_is_confirmed() {
    let (outcome, invoked) = run_with(&order_saga(), &[]);
    assert_eq!(outcome, Outcome::Succeeded(json!({ "outcome": "CONFIRMED" })));
    assert_eq!(
        invoked,
        [
            "ReserveStock",
            "AuthorizePayment",
            "CapturePayment",
            "ConfirmOrder",
            "NotifyCustomer"
        ]
    );
}

#[test]
fn a_failure_before_the_capture_voids_and_releases() {
    let declined =
        DeclineReason::ALL.map(|reason| ("AuthorizePayment", StepFault::from(reason).as_str(), reason.as_str()));
    let other = [
        ("ReserveStock", "OutOfStock", "out_of_stock"),
        ("AuthorizePayment", "TransientFailure", "payment_unavailable"),
        ("AuthorizePayment", "States.Timeout", "payment_unavailable"),
        ("CapturePayment", "CaptureRefused", "capture_refused"),
    ];
    for (function, error, reason) in declined.into_iter().chain(other) {
        let (outcome, invoked) = run_with(&order_saga(), &[(function, error)]);
        assert_eq!(outcome, rejected(reason), "{function} {error}");
        let undone = &invoked[invoked.len() - 4..];
        assert_eq!(
            undone,
            ["VoidPayment", "ReleaseStock", "RejectOrder", "NotifyCustomer"],
            "{function} {error}"
        );
        assert!(!invoked.contains(&"RefundPayment".to_owned()));
    }
}

#[test]
fn a_capture_without_a_clear_answer_is_refunded_by_the_ledger() {
    for error in [
        "TransientFailure",
        "States.Timeout",
        "PaymentClosed",
        "NotAuthorized",
        "Lambda.Unknown",
    ] {
        let (outcome, invoked) = run_with(&order_saga(), &[("CapturePayment", error)]);
        assert_eq!(outcome, rejected("payment_unavailable"), "{error}");
        assert!(
            invoked.contains(&"RefundPayment".to_owned()) && !invoked.contains(&"VoidPayment".to_owned()),
            "{error}"
        );
    }
}

#[test]
fn a_void_that_comes_too_late_becomes_a_refund() {
    let (outcome, invoked) = run_with(
        &order_saga(),
        &[("CapturePayment", "CaptureRefused"), ("VoidPayment", "AlreadyCaptured")],
    );
    assert_eq!(outcome, rejected("capture_refused"));
    assert!(invoked.contains(&"RefundPayment".to_owned()));
}

#[test]
fn after_the_confirmation_nothing_is_undone() {
    let (outcome, invoked) = run_with(&order_saga(), &[("NotifyCustomer", "TransientFailure")]);
    assert_eq!(outcome, Outcome::Succeeded(json!({ "outcome": "CONFIRMED" })));
    assert_eq!(invoked.last().map(String::as_str), Some("NotifyCustomer"));
}

#[test]
fn a_failing_compensation_or_confirmation_fails_the_execution() {
    let declined = ("AuthorizePayment", "PaymentDeclined");
    let cases: [&[(&str, &str)]; 6] = [
        &[declined, ("VoidPayment", "TransientFailure")],
        &[declined, ("ReleaseStock", "TransientFailure")],
        &[declined, ("RejectOrder", "TransientFailure")],
        &[
            ("CapturePayment", "TransientFailure"),
            ("RefundPayment", "TransientFailure"),
        ],
        &[("ConfirmOrder", "TransientFailure")],
        &[("ReserveStock", "TransientFailure")],
    ];
    for failures in cases {
        let (outcome, invoked) = run_with(&order_saga(), failures);
        assert!(
            matches!(&outcome, Outcome::Failed(error) if error.error == "TransientFailure"),
            "{outcome:?}"
        );
        assert!(
            !invoked.contains(&"NotifyCustomer".to_owned()),
            "{failures:?} notified the customer"
        );
    }
}

#[test]
fn every_task_gets_the_ids_and_only_its_own_data() {
    let saga = order_saga();
    let host = VirtualHost::new(0.5, |call| {
        Answer::at_once(match call.function.as_str() {
            "AuthorizePayment" => Err(StateError::new("PaymentDeclined", "")),
            _ => Ok(json!({})),
        })
    });
    outcome_on(&host, &saga);
    for call in host.calls() {
        let mut expected = json!({ "order_id": "o-1", "correlation_id": "c-1" });
        match call.function.as_str() {
            "RejectOrder" => expected["reason"] = json!("payment_declined"),
            "NotifyCustomer" => expected["notice"] = json!("REJECTED"),
            _ => {}
        }
        assert_eq!(call.payload, expected, "{}", call.function);
    }
}

/// The outcome of an order whose provider answers later, or never.
fn outcome_of_later_payment(completion: Option<(i64, Result<Value, StateError>)>) -> (Outcome, VirtualHost) {
    let host = VirtualHost::new(0.5, |call| {
        Answer::at_once(match call.function.as_str() {
            "AuthorizePayment" => Err(StateError::new("PaymentPending", "")),
            _ => Ok(json!({})),
        })
    });
    let host = host.completing(move |_| {
        let (after_ms, result) = completion.clone()?;
        Some(Answer { after_ms, result })
    });
    (outcome_on(&host, &order_saga()), host)
}

#[test]
fn an_order_waits_for_a_payment_that_is_answered_later() {
    let (outcome, host) = outcome_of_later_payment(Some((40_000, Ok(json!({ "outcome": "AUTHORIZED" })))));
    assert_eq!(outcome, Outcome::Succeeded(json!({ "outcome": "CONFIRMED" })));
    assert_eq!(host.elapsed_ms(), 40_000);
    let calls = host.calls();
    let waits: Vec<_> = calls.iter().filter(|call| call.function == "AwaitPayment").collect();
    let [wait] = waits.as_slice() else { panic!("{waits:?}") };
    let expected = json!({ "order_id": "o-1", "correlation_id": "c-1", "task_token": wait.token });
    assert_eq!(wait.payload, expected);

    let declined = Err(StateError::new("PaymentDeclined", ""));
    let (outcome, _) = outcome_of_later_payment(Some((40_000, declined)));
    assert_eq!(outcome, rejected("payment_declined"));
}

#[test]
fn a_silent_provider_is_waited_for_once_and_everything_is_undone() {
    let (outcome, host) = outcome_of_later_payment(None);
    assert_eq!(outcome, rejected("payment_unavailable"));
    assert_eq!(host.elapsed_ms(), 45_000);
    let invoked: Vec<String> = host.calls().into_iter().map(|call| call.function).collect();
    assert_eq!(invoked.iter().filter(|function| *function == "AwaitPayment").count(), 1);
    assert!(invoked.ends_with(&["VoidPayment", "ReleaseStock", "RejectOrder", "NotifyCustomer"].map(String::from)));
}

#[test]
fn the_saga_may_last_longer_than_the_longest_wait() {
    let file: Value = serde_json::from_str(ORDER_SAGA).unwrap();
    let template = tests::repository::text("infra/template.yaml");
    let (_, parameter) = template.split_once("  PaymentResultSeconds:\n").unwrap();
    let (_, longest) = parameter.split_once("MaxValue: ").unwrap();
    let longest: u64 = longest.split('\n').next().unwrap().parse().unwrap();
    assert!(file["TimeoutSeconds"].as_u64().unwrap() > longest, "{longest}");
}

#[test]
fn a_cancel_refunds_and_restocks_before_it_notifies() {
    let cancel = order_cancel();
    let (outcome, invoked) = run_with(&cancel, &[]);
    assert_eq!(outcome, Outcome::Succeeded(json!({ "outcome": "CANCELLED" })));
    assert_eq!(
        invoked,
        ["RefundPayment", "ReleaseStock", "CancelOrder", "NotifyCustomer"]
    );
    for function in ["RefundPayment", "ReleaseStock", "CancelOrder"] {
        let (outcome, invoked) = run_with(&cancel, &[(function, "TransientFailure")]);
        assert!(matches!(outcome, Outcome::Failed(_)), "{function}");
        assert!(!invoked.contains(&"NotifyCustomer".to_owned()), "{function}");
    }
}

#[test]
fn every_task_has_a_timeout_and_retries_with_full_jitter() {
    for text in [ORDER_SAGA, ORDER_CANCEL] {
        let file: Value = serde_json::from_str(text).unwrap();
        let mut tasks = Vec::new();
        collect_tasks(&file, &mut tasks);
        assert!(tasks.len() >= 4);
        for task in tasks {
            // A wait for a payment lasts as long as a parameter says, and its timeout is an answer.
            let waits = task["Resource"].as_str().unwrap().ends_with(".waitForTaskToken");
            assert!(waits || task["TimeoutSeconds"].is_u64(), "{task}");
            let retrier = &task["Retry"][0];
            assert_eq!(retrier["JitterStrategy"], "FULL", "{task}");
            assert!(retrier["MaxDelaySeconds"].is_u64(), "{task}");
            let errors = retrier["ErrorEquals"].as_array().unwrap();
            for error in [
                "Lambda.ServiceException",
                "Lambda.TooManyRequestsException",
                "States.Timeout",
            ] {
                let is_retried = error != "States.Timeout" || !waits;
                assert_eq!(errors.contains(&json!(error)), is_retried, "{error}: {task}");
            }
        }
    }
}

fn collect_tasks<'a>(value: &'a Value, tasks: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) if members.get("Type").is_some_and(|kind| kind == "Task") => tasks.push(value),
        Value::Object(members) => members.values().for_each(|member| collect_tasks(member, tasks)),
        Value::Array(items) => items.iter().for_each(|item| collect_tasks(item, tasks)),
        _ => {}
    }
}
