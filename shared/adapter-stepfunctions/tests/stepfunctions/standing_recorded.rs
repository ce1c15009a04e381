//! Tests how the status of an execution is translated into the standing of a saga.

use domain::fulfilment::ports::{Parking, SagaKind, SagaRunner, SagaStanding};
use domain::ports::PortFailure;
use domain::values::OrderId;
use serde_json::{Value, json};

use crate::recorded::{Answer, CANCEL_SAGA, lost, refused, runner, sent, throttled};

const EXECUTION: &str = "arn:aws-cn:states:cn-north-1:123456789012:execution:popshop-order-cancel:order-1-cancel";

pub(crate) fn execution(status: &str, end: &Value) -> Answer {
    let mut body = json!({
        "executionArn": EXECUTION,
        "stateMachineArn": CANCEL_SAGA,
        "name": "order-1-cancel",
        "status": status,
        "startDate": 1_700_000_000,
    });
    for (name, value) in end.as_object().unwrap() {
        body[name] = value.clone();
    }
    (200, body)
}

/// The standing with these answers, and the number of requests.
async fn standing(answers: impl IntoIterator<Item = Answer>) -> (Result<SagaStanding, PortFailure>, usize) {
    let (runner, service) = runner(answers);
    let order = OrderId::parse("order-1").unwrap();
    let standing = runner.standing(SagaKind::Cancel, &order).await;
    let sent = sent(&service);
    for request in &sent {
        let expected = ("DescribeExecution".to_owned(), json!({ "executionArn": EXECUTION }));
        assert_eq!(
            request, &expected,
            "the ARN of the execution follows from the state machine's"
        );
    }
    (standing, sent.len())
}

#[tokio::test]
async fn each_status_has_its_standing() {
    for (status, expected) in [
        ("RUNNING", SagaStanding::Running),
        ("PENDING_REDRIVE", SagaStanding::Running),
        ("SUCCEEDED", SagaStanding::Succeeded),
    ] {
        let (standing, _) = standing([execution(status, &json!({ "output": "{}" }))]).await;
        assert_eq!(standing.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_failed_execution_has_its_arn_error_and_cause() {
    let aborted = json!({ "error": "Operator", "cause": "by hand" });
    let failed = json!({ "error": "States.TaskFailed", "cause": "gateway" });
    for (status, end, error, cause) in [
        ("FAILED", failed, "States.TaskFailed", "gateway"),
        ("ABORTED", aborted, "Operator", "by hand"),
        ("ABORTED", json!({}), "ABORTED", ""),
        ("TIMED_OUT", json!({}), "TIMED_OUT", ""),
    ] {
        let (standing, _) = standing([execution(status, &end)]).await;
        let parking = Parking {
            execution: EXECUTION.to_owned(),
            error: error.to_owned(),
            cause: cause.to_owned(),
        };
        assert_eq!(standing.unwrap(), SagaStanding::Ended(parking));
    }
}

#[tokio::test]
async fn an_execution_that_does_not_exist_is_not_started() {
    let (standing, requests) = standing([refused("ExecutionDoesNotExist"), lost()]).await;
    assert_eq!(standing.unwrap(), SagaStanding::NotStarted);
    assert_eq!(requests, 1);
}

/// If a refusal counted as "not started", saga-reconcile would start a saga that already runs.
#[tokio::test]
async fn a_refusal_is_a_failure() {
    for code in ["AccessDeniedException", "InvalidArn"] {
        let (standing, requests) = standing([refused(code), lost()]).await;
        assert!(!standing.unwrap_err().transient, "{code}");
        assert_eq!(requests, 1, "{code}");
    }
}

#[tokio::test]
async fn an_unknown_status_is_a_failure() {
    let (standing, _) = standing([execution("PAUSED", &json!({}))]).await;
    assert!(standing.unwrap_err().transient);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_request_is_retried() {
    let (standing, requests) = standing([throttled(), lost(), execution("RUNNING", &json!({}))]).await;
    assert_eq!(standing.unwrap(), SagaStanding::Running);
    assert_eq!(requests, 3);
}
