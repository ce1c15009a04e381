//! Tests how a saga is started, and which answers mean that it was started before.

use domain::fulfilment::ports::{SagaKind, SagaRunner};
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples::start_of_saga;
use serde_json::json;

use crate::recorded::{CANCEL_SAGA, ORDER_SAGA, Sent, lost, refused, runner, sent, started, throttled};

fn start_execution(state_machine: &str, name: &str) -> Sent {
    let body = json!({
        "stateMachineArn": state_machine,
        "name": name,
        "input": { "order_id": "order-1", "correlation_id": "request-1" },
    });
    ("StartExecution".to_owned(), body)
}

#[tokio::test]
async fn each_kind_starts_its_state_machine_under_the_orders_name() {
    let (runner, service) = runner([started(), started(), started()]);
    for kind in [SagaKind::Order, SagaKind::Cancel] {
        runner.start(&start_of_saga(kind)).await.unwrap();
    }
    let expected = [
        start_execution(ORDER_SAGA, "order-1"),
        start_execution(CANCEL_SAGA, "order-1-cancel"),
    ];
    assert_eq!(sent(&service), expected);
}

#[tokio::test]
async fn an_execution_that_already_exists_is_a_success() {
    let (runner, service) = runner([refused("ExecutionAlreadyExists"), started()]);
    runner.start(&start_of_saga(SagaKind::Order)).await.unwrap();
    assert_eq!(sent(&service).len(), 1);
}

/// The execution is so short that it has ended before the retry.
#[tokio::test(start_paused = true)]
async fn a_start_with_a_lost_answer_is_a_success() {
    let (runner, service) = runner([lost(), refused("ExecutionAlreadyExists")]);
    runner.start(&start_of_saga(SagaKind::Order)).await.unwrap();
    let expected = start_execution(ORDER_SAGA, "order-1");
    assert_eq!(sent(&service), [expected.clone(), expected]);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_start_is_retried() {
    let (runner, service) = runner([throttled(), throttled(), started()]);
    runner.start(&start_of_saga(SagaKind::Order)).await.unwrap();
    assert_eq!(sent(&service).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_stays_throttled_is_a_transient_failure() {
    let (runner, service) = runner((0..=ATTEMPTS_MAX).map(|_| throttled()));
    let failure = runner.start(&start_of_saga(SagaKind::Order)).await.unwrap_err();
    assert!(failure.transient);
    assert_eq!(failure.to_string(), "start saga");
    assert_eq!(sent(&service).len(), ATTEMPTS_MAX as usize);
}

#[tokio::test]
async fn a_refused_start_fails_at_once() {
    for (code, transient) in [
        ("StateMachineDoesNotExist", false),
        ("InvalidExecutionInput", false),
        ("AccessDeniedException", false),
        // A later start may succeed.
        ("ExecutionLimitExceeded", true),
    ] {
        let (runner, service) = runner([refused(code), started()]);
        let failure = runner.start(&start_of_saga(SagaKind::Order)).await.unwrap_err();
        assert_eq!(failure.transient, transient, "{code}");
        assert_eq!(sent(&service).len(), 1, "{code}");
    }
}
