//! Tests what counts as a fault: the alarm of a canary watches this metric.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is a failed test")]

use std::time::Duration;

use std::cell::RefCell;
use std::sync::Once;

use entry::http::http;
use entry::problem::Problem;
use entry::records::records;
use entry::response::HttpResponse;
use entry::step::{StepError, step};
use events::invocation::{Invocation, InvocationContext};
use events::sqs::{self, SqsMessage};
use serde_json::{Value, json};
use telemetry::{log, metrics};
use tracing::level_filters::LevelFilter;

thread_local! {
    static METRICS: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Every test runs on a thread of its own, and so reads its own lines only.
fn start_log() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let write = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            if line.get("_aws").is_some() {
                METRICS.with_borrow_mut(|lines| lines.push(line));
            }
        };
        tracing::subscriber::set_global_default(log::subscriber(LevelFilter::INFO, write)).unwrap();
    });
}

fn warm(event: Value) -> Invocation {
    let context = InvocationContext {
        function_name: "orders-place".to_owned(),
        request_id: "request-1".to_owned(),
        deadline_ms: 0,
        ends_at: None,
        trace_id: None,
        cold_start: false,
    };
    Invocation {
        event: event.into(),
        context,
    }
}

fn request() -> Invocation {
    let text = include_str!("../../../events/orders-get.json");
    warm(serde_json::from_str(text).unwrap())
}

/// What each line of metrics since the last call counted as faults.
fn faults() -> Vec<u64> {
    METRICS
        .take()
        .iter()
        .filter_map(|line| line["Faults"].as_u64())
        .collect()
}

#[tokio::test]
async fn an_answer_of_500_and_more_is_a_fault_and_a_refusal_is_none() {
    start_log();
    let bug = || Problem::internal(&std::io::Error::other("a bug"));
    http(request(), |_| async { Err(bug()) }).await.unwrap();
    http(request(), |_| async { panic!("a bug") }).await.unwrap();
    http(request(), |_| async { Ok(HttpResponse::empty(503)) })
        .await
        .unwrap();
    http(request(), |_| async { Ok(HttpResponse::empty(404)) })
        .await
        .unwrap();
    assert_eq!(faults(), [1, 1, 1]);
}

#[tokio::test]
async fn a_step_counts_its_own_faults_and_neither_verdicts_nor_what_a_retry_mends() {
    start_log();
    let broken = std::io::Error::other("broken");
    let failures = [
        (StepError::internal(&broken), vec![1]),
        (StepError::transient(&broken), vec![]),
        (StepError::new("PaymentDeclined", "the card was declined"), vec![]),
    ];
    for (failure, expected) in failures {
        let name = failure.name;
        let answer = step(warm(json!({})), |_: Value| async { Err::<(), _>(failure) }).await;
        assert!(answer.is_err());
        assert_eq!(faults(), expected, "{name}");
    }
    step(warm(json!({})), |_: Value| async {
        panic!("a bug") as Result<(), StepError>
    })
    .await
    .unwrap_err();
    step(warm(json!({})), |_: u32| async { Ok(()) }).await.unwrap_err();
    assert_eq!(faults(), [1, 1]);
}

#[tokio::test]
async fn a_batch_counts_every_record_that_failed() {
    start_log();
    let message = |id: &str| json!({ "messageId": id, "body": id, "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {} });
    let event = json!({ "Records": [message("1"), message("2"), message("3")] });
    let handler = |message: SqsMessage| async move {
        if message.body == "2" {
            Ok(())
        } else {
            Err(std::fmt::Error)
        }
    };
    records(warm(event), Duration::from_secs(1), sqs::messages, Ok, handler)
        .await
        .unwrap();
    assert_eq!(faults(), [2]);
    records(warm(json!({})), Duration::from_secs(1), sqs::messages, Ok, |_| async {
        Ok::<(), std::fmt::Error>(())
    })
    .await
    .unwrap_err();
    assert_eq!(faults(), [1]);
}

#[test]
fn a_function_that_cannot_start_reports_a_fault_of_its_version() {
    start_log();
    metrics::report_failed_start();
    let lines = METRICS.take();
    assert_eq!(
        (&lines[0]["Faults"], &lines[0]["Version"]),
        (&json!(1), &json!("$LATEST"))
    );
}
