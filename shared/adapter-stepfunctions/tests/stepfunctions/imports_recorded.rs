//! Tests how an import is started, and the input of its execution.

use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::ports::ImportRunner;
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples::anns_import;
use serde_json::{Value, json};

use crate::recorded::{CATALOG_IMPORT, Sent, import_runner, lost, refused, sent, started, throttled};

fn job(version_id: Option<&str>) -> ImportJob {
    anns_import(version_id, 20_000_000_000)
}

fn start_execution(input: &Value) -> Sent {
    let body = json!({ "stateMachineArn": CATALOG_IMPORT, "name": "0190-a-7", "input": input });
    ("StartExecution".to_owned(), body)
}

#[tokio::test]
async fn a_file_that_is_not_divided_yet_is_started_without_ranges() {
    let (runner, service) = import_runner([started(), started(), started()]);
    for version_id in [Some("v1"), None] {
        runner.start(&job(version_id), None).await.unwrap();
    }
    let input = |version_id: Value| {
        json!({
            "upload_id": "0190-a",
            "sequence": 7,
            "correlation_id": "announcing.request-1",
            "object": {
                "key": "catalogs/0190-a.csv",
                "version_id": version_id,
                "size_bytes": 20_000_000_000_u64,
            },
        })
    };
    let expected = [
        start_execution(&input(json!("v1"))),
        start_execution(&input(Value::Null)),
    ];
    assert_eq!(sent(&service), expected);
}

#[tokio::test]
async fn the_ranges_of_a_divided_file_are_part_of_the_input() {
    let (runner, service) = import_runner([started(), started()]);
    let ranges = [
        FileRange {
            index: 0,
            begin: RecordStart::FIRST,
            end: 500,
        },
        FileRange {
            index: 1,
            begin: RecordStart {
                byte_offset: 500,
                line: 21,
            },
            end: 900,
        },
    ];
    runner.start(&job(Some("v1")), Some(&ranges)).await.unwrap();
    let [(_, body)] = sent(&service).try_into().unwrap();
    assert_eq!(
        body["input"]["ranges"],
        json!([
            { "index": 0, "begin": 0, "line": 1, "end": 500 },
            { "index": 1, "begin": 500, "line": 21, "end": 900 },
        ])
    );
}

#[tokio::test]
async fn an_import_that_was_started_before_is_success() {
    let (runner, service) = import_runner([refused("ExecutionAlreadyExists"), started()]);
    runner.start(&job(None), None).await.unwrap();
    assert_eq!(sent(&service).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_start_with_a_lost_answer_is_retried_under_the_same_name() {
    let (runner, service) = import_runner([lost(), throttled(), refused("ExecutionAlreadyExists")]);
    runner.start(&job(None), None).await.unwrap();
    let sent = sent(&service);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| *request == sent[0]));
}

#[tokio::test(start_paused = true)]
async fn a_start_that_stays_throttled_is_a_transient_failure() {
    let (runner, service) = import_runner((0..=ATTEMPTS_MAX).map(|_| throttled()));
    let failure = runner.start(&job(None), None).await.unwrap_err();
    assert!(failure.transient);
    assert_eq!(failure.to_string(), "start import");
    assert_eq!(sent(&service).len(), ATTEMPTS_MAX as usize);
}

#[tokio::test]
async fn a_refused_start_fails_at_once() {
    for code in ["StateMachineDoesNotExist", "AccessDeniedException"] {
        let (runner, service) = import_runner([refused(code), started()]);
        let failure = runner.start(&job(None), None).await.unwrap_err();
        assert!(!failure.transient, "{code}");
        assert_eq!(sent(&service).len(), 1, "{code}");
    }
}
