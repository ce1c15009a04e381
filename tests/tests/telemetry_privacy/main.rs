//! Checks that the logs, metrics and traces of a local cloud contain no private data.
//!
//! `cargo xtask test` runs this after all other tests, over all telemetry since the cloud was started.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use function_tests::privacy;
use serde_json::Value;
use tests::cloud;

/// Beside `outputs.json`: the lines that `infra/local-cloud/collect_log.py` read from the log groups.
const LOG: &str = "log.jsonl";
/// Beside `outputs.json`: the documents that `infra/local-cloud/daemon.py` received.
const TRACES: &str = "traces.jsonl";
/// Set by tests that call every function.
const ALL_WERE_CALLED: &str = "ALL_FUNCTIONS_WERE_CALLED";
/// The names of the services in X-Ray. An order, a photo and a catalog together call all of them.
const SERVICES: [&str; 5] = ["CognitoIdentityProvider", "DynamoDB", "S3", "SES", "StepFunctions"];

fn outputs() -> PathBuf {
    let path = std::env::var_os("LOCAL_CLOUD_OUTPUTS");
    path.expect("LOCAL_CLOUD_OUTPUTS must be the path of the outputs of a local cloud")
        .into()
}

fn read(name: &str) -> String {
    fs::read_to_string(outputs().with_file_name(name)).unwrap()
}

#[test]
#[ignore = "needs the telemetry of a local cloud: cargo xtask test collects it"]
fn logs_and_traces_contain_no_private_data() {
    let (log, traces) = (read(LOG), read(TRACES));
    privacy::assert_no_private_data("the log", log.lines());
    privacy::assert_no_private_data("the traces", traces.lines());
    println!("{} lines, {} documents", log.lines().count(), traces.lines().count());
}

/// Without this check, empty telemetry would pass. It is skipped if not all functions were called.
#[test]
#[ignore = "needs the telemetry of a local cloud: cargo xtask test collects it"]
fn every_function_has_log_lines_metrics_and_traces() {
    if std::env::var_os(ALL_WERE_CALLED).is_none() {
        return;
    }
    let (log, traces) = (read(LOG), read(TRACES));
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for line in &lines {
        let leads_to_its_invocation = line["function"].is_string() || line["Function"].is_string();
        assert!(
            leads_to_its_invocation && line["request_id"].is_string(),
            "{line} has no ids"
        );
    }
    let logged: BTreeSet<&str> = lines.iter().filter_map(|line| line["function"].as_str()).collect();
    let deployment = cloud::deployment(&outputs());
    for (name, function) in deployment["functions"].as_object().unwrap() {
        assert!(logged.contains(function.as_str().unwrap()), "{name} logged nothing");
    }
    assert!(
        lines.iter().any(|line| line.get("_aws").is_some()),
        "there are no metrics"
    );
    let documents: Vec<Value> = traces.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let called: BTreeSet<&str> = documents
        .iter()
        .filter_map(|document| document["name"].as_str())
        .collect();
    for service in SERVICES {
        assert!(called.contains(service), "{service} is not in {called:?}");
    }
}
