//! Checks that the state machines catch and retry only errors that a function, a Fail state or AWS can raise.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use entry::step::{INTERNAL_FAILURE, STEP_INPUT_MALFORMED, STEP_PANICKED, TRANSIENT_FAILURE};
use serde_json::Value;
use wire::step_fault::StepFault;

const ENTRY_NAMES: [&str; 4] = [INTERNAL_FAILURE, STEP_INPUT_MALFORMED, STEP_PANICKED, TRANSIENT_FAILURE];
/// The error names of Step Functions and Lambda
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>).
const AWS_NAMES: [&str; 10] = [
    "Lambda.AWSLambdaException",
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

/// All names that the state machines match, and the names of their Fail states.
fn names() -> (BTreeSet<String>, BTreeSet<String>) {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("infra");
    let (mut matched, mut raised) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(infra).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().ends_with(".asl.json") {
            let machine: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            texts_of(&machine, "ErrorEquals", &mut matched);
            texts_of(&machine, "Error", &mut raised);
        }
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

#[test]
fn the_list_of_names_from_aws_has_none_too_many() {
    let (matched, _) = names();
    for name in AWS_NAMES {
        assert!(matched.contains(name), "no state machine matches on {name}");
    }
}
