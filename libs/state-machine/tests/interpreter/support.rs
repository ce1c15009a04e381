//! Runs machines for these tests.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{ExecutionInput, Outcome, StateMachine};

pub(crate) fn machine(definition: &Value) -> StateMachine {
    StateMachine::parse("test", &definition.to_string(), &BTreeMap::new()).unwrap()
}

/// An order that is undone where it fails: every kind of retry, catch and branch of a real workflow.
pub(crate) fn order_saga() -> StateMachine {
    StateMachine::parse(
        "order-saga",
        include_str!("../fixtures/order-saga.asl.json"),
        &BTreeMap::new(),
    )
    .unwrap()
}

/// A whole file around some states.
pub(crate) fn file(start_at: &str, states: &Value) -> Value {
    json!({ "QueryLanguage": "JSONata", "StartAt": start_at, "States": states })
}

/// A task that sends its input to a function of the given name.
pub(crate) fn task(function: &str, more: &Value) -> Value {
    let mut state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": function, "Payload": "{% $states.input %}" },
        "Output": "{% $states.result.Payload %}",
    });
    for (name, value) in more.as_object().unwrap() {
        state[name] = value.clone();
    }
    state
}

pub(crate) fn execution(input: Value) -> ExecutionInput {
    ExecutionInput {
        id: "arn:execution".to_owned(),
        name: "e-1".to_owned(),
        started_at_ms: 0,
        input,
    }
}

pub(crate) fn outcome_on(host: &VirtualHost, machine: &StateMachine, input: Value) -> Outcome {
    host.run(machine, &execution(input))
        .expect("the execution stands still")
        .unwrap()
}

/// Runs with functions that answer their input.
pub(crate) fn outcome(definition: &Value, input: Value) -> Outcome {
    let host = VirtualHost::new(0.5, |call| Answer::at_once(Ok(call.payload.clone())));
    outcome_on(&host, &machine(definition), input)
}

pub(crate) fn failed(error: &str, cause: &str) -> Outcome {
    Outcome::Failed(StateError::new(error, cause))
}

/// Two branches of which the second fails while the first is at work, and where that leads.
pub(crate) fn slow_and_failing(caught: &Value) -> Value {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: task(name, &json!({ "End": true })) } });
    file(
        "Both",
        &json!({
            "Both": {
                "Type": "Parallel", "Branches": [branch("Slow"), branch("Failing")], "End": true,
                "Catch": [{ "ErrorEquals": ["Broken"], "Output": "{% $states.errorOutput %}", "Next": "Caught" }],
            },
            "Caught": caught,
        }),
    )
}
