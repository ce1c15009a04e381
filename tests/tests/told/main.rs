//! Did the functions of a local cloud tell anybody what nobody may know? Everything that they logged, counted and traced
//! since it is up, after all other tests: `cargo xtask test` asks in the end.
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

/// Beside `outputs.json`: the lines that `infra/local-cloud/told.py` took from the log groups, and the documents that
/// `infra/local-cloud/daemon.py` received.
const LOG: &str = "told.jsonl";
const TRACES: &str = "traces.jsonl";
const ALL_WERE_CALLED: &str = "ALL_FUNCTIONS_WERE_CALLED";
/// As X-Ray spells them. Every one is called on the way of an order, a photo or a catalog.
const SERVICES: [&str; 5] = ["CognitoIdentityProvider", "DynamoDB", "S3", "SES", "StepFunctions"];

fn outputs() -> PathBuf {
    let path = std::env::var_os("LOCAL_CLOUD_OUTPUTS");
    path.expect("LOCAL_CLOUD_OUTPUTS says where the local cloud is").into()
}

fn read(name: &str) -> String {
    fs::read_to_string(outputs().with_file_name(name)).unwrap()
}

#[test]
#[ignore = "asks what a local cloud told"]
fn nothing_is_told_that_nobody_may_know() {
    let (log, traces) = (read(LOG), read(TRACES));
    privacy::assert_may_be_told("the log", log.lines());
    privacy::assert_may_be_told("the traces", traces.lines());
    println!("{} lines, {} documents", log.lines().count(), traces.lines().count());
}

/// A check of nothing finds nothing. Where some functions were not called, nobody says that all were.
#[test]
#[ignore = "asks what a local cloud told"]
fn every_function_is_heard() {
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
    let heard: BTreeSet<&str> = lines.iter().filter_map(|line| line["function"].as_str()).collect();
    let deployment = cloud::deployment(&outputs());
    for (name, function) in deployment["functions"].as_object().unwrap() {
        assert!(heard.contains(function.as_str().unwrap()), "{name} was not heard");
    }
    assert!(
        lines.iter().any(|line| line.get("_aws").is_some()),
        "nothing was counted"
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
