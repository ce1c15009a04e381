//! Tests that state machines catch and retry only errors that a task can fail with, and all that pass by themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use entry::step::{INTERNAL_FAILURE, STEP_INPUT_MALFORMED, STEP_PANICKED, TRANSIENT_FAILURE};
use serde_json::Value;
use wire::step_fault::StepFault;

const ENTRY_NAMES: [&str; 4] = [INTERNAL_FAILURE, STEP_INPUT_MALFORMED, STEP_PANICKED, TRANSIENT_FAILURE];
/// The error names of Step Functions and Lambda
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>).
const AWS_NAMES: [&str; 11] = [
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.Unknown",
    "Sandbox.Timedout",
    "States.ALL",
    "States.Timeout",
];

/// The strings of a member at any depth, alone or in a list.
fn texts_of(value: &Value, member: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name == member {
                    let texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    found.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                texts_of(value, member, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn machines() -> Vec<Value> {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("infra");
    let paths = fs::read_dir(infra).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.to_str().unwrap().ends_with(".asl.json"));
    files
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect()
}

/// Every name that a state machine of ours matches on, and those that its own Fail states give.
fn names() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut matched, mut raised) = (BTreeSet::new(), BTreeSet::new());
    for machine in machines() {
        texts_of(&machine, "ErrorEquals", &mut matched);
        texts_of(&machine, "Error", &mut raised);
    }
    (matched, raised)
}

#[test]
fn state_machines_match_only_existing_error_names() {
    let (matched, raised) = names();
    assert!(matched.len() > AWS_NAMES.len(), "the walk found only {matched:?}");
    let step_faults = StepFault::ALL.map(StepFault::as_str);
    for name in &matched {
        let is_given = step_faults.contains(&name.as_str())
            || ENTRY_NAMES.contains(&name.as_str())
            || AWS_NAMES.contains(&name.as_str())
            || raised.contains(name);
        assert!(is_given, "no step, Fail state or service raises {name}");
    }
}

/// Errors of Lambda that pass: <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html>, and a
/// runtime that did not start.
const TRANSIENT_LAMBDA_ERRORS: [&str; 5] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Runtime.Unknown",
];

/// The `ErrorEquals` of every `Retry`, wherever it stands.
fn retried<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            let retriers = members.get("Retry").and_then(Value::as_array);
            found.extend(retriers.into_iter().flatten().map(|retrier| &retrier["ErrorEquals"]));
            members.values().for_each(|value| retried(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| retried(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_task_retries_the_same_errors_and_all_that_pass() {
    let mut lists = Vec::new();
    let machines = machines();
    for machine in &machines {
        retried(machine, &mut lists);
    }
    assert_eq!(lists.len(), 18);
    // The wait for a payment: its timeout is the provider's silence, and not repeated.
    let waits = Value::from("States.Timeout");
    let without_timeout: Vec<&Value> = lists[0]
        .as_array()
        .unwrap()
        .iter()
        .filter(|name| **name != waits)
        .collect();
    for list in &lists {
        let names: Vec<&Value> = list.as_array().unwrap().iter().collect();
        assert!(*list == lists[0] || names == without_timeout, "{list}");
        for error in TRANSIENT_LAMBDA_ERRORS {
            assert!(list.as_array().unwrap().contains(&Value::from(error)), "{error}");
        }
    }
}

#[test]
fn the_list_of_names_from_aws_has_none_too_many() {
    let (matched, _) = names();
    for name in AWS_NAMES {
        assert!(matched.contains(name), "no state machine matches on {name}");
    }
}
