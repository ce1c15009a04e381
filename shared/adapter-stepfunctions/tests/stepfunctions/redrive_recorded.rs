//! Tests which executions are redriven, and the answer for the others.

use domain::fulfilment::ports::{Redrive, SagaKind, SagaRedriver};
use domain::ports::PortFailure;
use domain::values::OrderId;
use serde_json::json;

use crate::recorded::{Answer, lost, refused, runner, sent};
use crate::standing_recorded::execution;

/// The answer, and the operations that were called.
async fn redriven(answers: impl IntoIterator<Item = Answer>) -> (Result<Redrive, PortFailure>, Vec<String>) {
    let (runner, service) = runner(answers);
    let order = OrderId::parse("order-1").unwrap();
    let answer = runner.redrive(SagaKind::Cancel, &order).await;
    let operations = sent(&service).into_iter().map(|(operation, _)| operation);
    (answer, operations.collect())
}

fn accepted() -> Answer {
    (200, json!({ "redriveDate": 1_700_000_000 }))
}

fn ended(status: &str) -> Answer {
    execution(status, &json!({}))
}

#[tokio::test]
async fn a_failed_execution_is_redriven() {
    for status in ["FAILED", "TIMED_OUT", "ABORTED"] {
        let (answer, operations) = redriven([ended(status), accepted()]).await;
        assert_eq!(answer.unwrap(), Redrive::Redriven, "{status}");
        assert_eq!(operations, ["DescribeExecution", "RedriveExecution"]);
    }
}

#[tokio::test]
async fn a_running_or_successful_execution_is_not_redriven() {
    let (answer, operations) = redriven([ended("RUNNING")]).await;
    assert_eq!((answer.unwrap(), operations.len()), (Redrive::Running, 1));
    for described in [ended("SUCCEEDED"), refused("ExecutionDoesNotExist")] {
        let (answer, operations) = redriven([described]).await;
        assert!(matches!(answer.unwrap(), Redrive::Impossible(_)));
        assert_eq!(operations.len(), 1);
    }
}

#[tokio::test]
async fn a_redrive_with_a_lost_answer_finds_the_execution_running() {
    let answers = [
        ended("FAILED"),
        lost(),
        refused("ExecutionNotRedrivable"),
        ended("RUNNING"),
    ];
    let (answer, operations) = redriven(answers).await;
    assert_eq!(answer.unwrap(), Redrive::Running);
    assert_eq!(operations.len(), 4);
}

#[tokio::test]
async fn an_execution_that_ended_too_long_ago_is_refused_with_the_services_reason() {
    let too_old = (
        400,
        json!({ "__type": "ExecutionNotRedrivable", "message": "Execution is past its redrivable period" }),
    );
    let (answer, _) = redriven([ended("FAILED"), too_old, ended("FAILED")]).await;
    let reason = "Execution is past its redrivable period".to_owned();
    assert_eq!(answer.unwrap(), Redrive::Impossible(reason));
}

#[tokio::test]
async fn a_redrive_without_permission_is_a_failure() {
    let (answer, _) = redriven([ended("FAILED"), refused("AccessDeniedException")]).await;
    assert!(!answer.unwrap_err().transient);
}
