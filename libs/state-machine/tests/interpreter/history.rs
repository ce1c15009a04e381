//! The events that a run reports, and their order.

use serde_json::{Value, json};
use state_machine::history::EventKind;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};

use super::support::{file, machine, outcome_on, slow_and_failing, task};

fn event_names(host: &VirtualHost) -> Vec<String> {
    let history = host.history();
    let events = history.iter();
    events
        .map(|event| format!("{} {} {}", event.timestamp_ms, event.kind.name(), event.path))
        .map(|event| event.trim_end().to_owned())
        .collect()
}

#[test]
fn every_step_is_told_in_order() {
    let definition = file(
        "T",
        &json!({
            "T": task("F", &json!({ "Next": "Done", "TimeoutSeconds": 5,
                "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 2 }] })),
            "Done": { "Type": "Succeed" },
        }),
    );
    let host = VirtualHost::new(0.5, |call| match call.attempt {
        0 => Answer::at_once(Err(StateError::new("Flaky", "once"))),
        1 => Answer {
            after_ms: 60_000,
            result: Ok(Value::Null),
        },
        _ => Answer {
            after_ms: 10,
            result: Ok(json!("done")),
        },
    });
    outcome_on(&host, &machine(&definition), json!("in"));
    let expected = [
        "0 ExecutionStarted",
        "0 TaskStateEntered T#1",
        "0 TaskScheduled T#1",
        "0 TaskFailed T#1",
        "0 RetryScheduled T#1",
        "2000 TaskScheduled T#1",
        "7000 TaskTimedOut T#1",
        "7000 RetryScheduled T#1",
        "11000 TaskScheduled T#1",
        "11010 TaskSucceeded T#1",
        "11010 TaskStateExited T#1",
        "11010 SucceedStateEntered Done#1",
        "11010 SucceedStateExited Done#1",
        "11010 ExecutionSucceeded",
    ];
    assert_eq!(event_names(&host), expected);
    let exits = host.history().into_iter().filter_map(|event| match event.kind {
        EventKind::StateExited { output, .. } => Some(output),
        _ => None,
    });
    assert_eq!(exits.collect::<Vec<_>>(), [json!("done"), json!("done")]);
}

#[test]
fn branches_tell_of_themselves_and_a_failed_one_is_not_exited() {
    let host = VirtualHost::new(0.5, |call| match call.function.as_str() {
        "Slow" => Answer {
            after_ms: 60_000,
            result: Ok(Value::Null),
        },
        _ => Answer::at_once(Err(StateError::new("Broken", ""))),
    });
    let fail = json!({ "Type": "Fail", "Error": "GivenUp" });
    outcome_on(&host, &machine(&slow_and_failing(&fail)), json!({}));
    let expected = [
        "0 ExecutionStarted",
        "0 ParallelStateEntered Both#1",
        "0 TaskStateEntered Both#1/0/0/Slow#1",
        "0 TaskScheduled Both#1/0/0/Slow#1",
        "0 TaskStateEntered Both#1/0/1/Failing#1",
        "0 TaskScheduled Both#1/0/1/Failing#1",
        "0 TaskFailed Both#1/0/1/Failing#1",
        "0 ErrorCaught Both#1",
        "0 ParallelStateExited Both#1",
        "0 FailStateEntered Caught#1",
        "0 ExecutionFailed",
    ];
    assert_eq!(event_names(&host), expected);
}
