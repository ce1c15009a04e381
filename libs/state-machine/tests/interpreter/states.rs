//! Each kind of state, from its input to its output.

use serde_json::{Value, json};
use state_machine::Outcome;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};

use super::support::{execution, failed, file, machine, outcome, outcome_on, slow_and_failing, task};

#[test]
fn a_pass_assigns_and_shapes_its_output() {
    let definition = file(
        "First",
        &json!({
            "First": {
                "Type": "Pass", "Assign": { "a": 1, "b": "{% $states.input.x %}" },
                "Output": { "x": "{% $states.input.x + 1 %}" }, "Next": "Second",
            },
            // All of an Assign sees the old values.
            "Second": { "Type": "Pass", "Assign": { "a": "{% $b %}", "b": "{% $a %}" }, "Next": "Third" },
            "Third": { "Type": "Succeed", "Output": { "a": "{% $a %}", "b": "{% $b %}", "x": "{% $states.input.x %}" } },
        }),
    );
    let expected = json!({ "a": 5, "b": 1, "x": 6 });
    assert_eq!(outcome(&definition, json!({ "x": 5 })), Outcome::Succeeded(expected));
}

#[test]
fn a_choice_takes_the_first_rule_that_is_true() {
    let definition = file(
        "Which",
        &json!({
            "Which": {
                "Type": "Choice",
                "Choices": [
                    { "Condition": "{% $states.input.n > 10 %}", "Next": "Large" },
                    { "Condition": "{% $states.input.n > 5 %}", "Output": "medium", "Next": "Done" },
                ],
                "Default": "Done",
            },
            "Large": { "Type": "Fail", "Error": "TooLarge", "Cause": "{% 'n is ' & $states.input.n %}" },
            "Done": { "Type": "Succeed" },
        }),
    );
    assert_eq!(outcome(&definition, json!({ "n": 11 })), failed("TooLarge", "n is 11"));
    assert_eq!(
        outcome(&definition, json!({ "n": 6 })),
        Outcome::Succeeded(json!("medium"))
    );
    assert_eq!(
        outcome(&definition, json!({ "n": 1 })),
        Outcome::Succeeded(json!({ "n": 1 }))
    );
}

#[test]
fn without_a_rule_or_a_default_a_choice_fails() {
    let definition = file(
        "Which",
        &json!({
            "Which": { "Type": "Choice", "Choices": [{ "Condition": "{% false %}", "Next": "Done" }] },
            "Done": { "Type": "Succeed" },
        }),
    );
    let Outcome::Failed(error) = outcome(&definition, json!({})) else {
        panic!("it went on")
    };
    assert_eq!(error.error, "States.NoChoiceMatched");
}

#[test]
fn a_wait_lets_time_pass() {
    let definition = file(
        "Wait",
        &json!({ "Wait": { "Type": "Wait", "Seconds": "{% 40 + 2 %}", "End": true } }),
    );
    let host = VirtualHost::new(0.5, |_| Answer::at_once(Ok(Value::Null)));
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!("in")),
        Outcome::Succeeded(json!("in"))
    );
    assert_eq!(host.elapsed_ms(), 42_000);
}

#[test]
fn branches_run_at_the_same_time_and_read_outer_variables() {
    let branch = |name: &str| {
        json!({ "StartAt": name, "States": { name: task("F", &json!({ "End": true,
        "Output": { "from": name, "outer": "{% $outer %}" } })) } })
    };
    let definition = file(
        "Set",
        &json!({
            "Set": { "Type": "Pass", "Assign": { "outer": 7 }, "Next": "Both" },
            "Both": { "Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true },
        }),
    );
    let host = VirtualHost::new(0.5, |_| Answer {
        after_ms: 1_000,
        result: Ok(Value::Null),
    });
    let expected = json!([{ "from": "A", "outer": 7 }, { "from": "B", "outer": 7 }]);
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!({})),
        Outcome::Succeeded(expected)
    );
    assert_eq!(host.elapsed_ms(), 1_000, "not one after the other");
}

#[test]
fn the_first_failing_branch_ends_the_others() {
    let definition = slow_and_failing(&json!({ "Type": "Succeed" }));
    let host = VirtualHost::new(0.5, |call| match call.function.as_str() {
        "Slow" => Answer {
            after_ms: 60_000,
            result: Ok(Value::Null),
        },
        _ => Answer {
            after_ms: 10,
            result: Err(StateError::new("Broken", "because")),
        },
    });
    let expected = json!({ "Error": "Broken", "Cause": "because" });
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!({})),
        Outcome::Succeeded(expected)
    );
    assert_eq!(host.elapsed_ms(), 10);
}

#[test]
fn a_map_runs_its_body_for_every_item_a_few_at_a_time() {
    let body = json!({ "ProcessorConfig": { "Mode": "INLINE" }, "StartAt": "T", "States": {
        "T": task("F", &json!({ "Next": "In" })),
        // The item is still available inside.
        "In": { "Type": "Pass", "Output": "{% $states.input.n * 10 + $states.context.Map.Item.Value %}", "End": true },
    } });
    let definition = file(
        "Each",
        &json!({ "Each": {
            "Type": "Map", "Items": "{% $states.input.items %}", "MaxConcurrency": 2, "ItemProcessor": body,
            "ItemSelector": { "n": "{% $states.context.Map.Item.Value %}", "i": "{% $states.context.Map.Item.Index %}" },
            "Output": { "all": "{% $states.result %}" }, "End": true,
        } }),
    );
    let host = VirtualHost::new(0.5, |call| Answer {
        after_ms: 100,
        result: Ok(call.payload.clone()),
    });
    let expected = json!({ "all": [44, 55, 66] });
    let input = json!({ "items": [4, 5, 6] });
    assert_eq!(
        outcome_on(&host, &machine(&definition), input),
        Outcome::Succeeded(expected)
    );
    assert_eq!(host.elapsed_ms(), 200);
}

#[test]
fn a_task_is_retried_with_growing_delays_and_then_caught() {
    let definition = file(
        "T",
        &json!({
            "T": task("F", &json!({
                "Retry": [{ "ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2,
                            "MaxDelaySeconds": 3, "JitterStrategy": "FULL" }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Assign": { "failure": "{% $states.errorOutput.Error %}" },
                            "Next": "Done" }],
                "Next": "Done",
            })),
            "Done": { "Type": "Succeed", "Output": "{% $exists($failure) ? $failure : 'fine' %}" },
        }),
    );
    let host = VirtualHost::new(0.5, |_| Answer::at_once(Err(StateError::new("Flaky", ""))));
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!({})),
        Outcome::Succeeded(json!("Flaky"))
    );
    assert_eq!(host.calls().len(), 4);
    assert_eq!(host.elapsed_ms(), 500 + 1_000 + 1_500);

    let host = VirtualHost::new(0.5, |call| {
        Answer::at_once(match call.attempt {
            0 => Err(StateError::new("Flaky", "")),
            _ => Ok(Value::Null),
        })
    });
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!({})),
        Outcome::Succeeded(json!("fine"))
    );
}

#[test]
fn a_task_that_takes_too_long_times_out() {
    let definition = file(
        "T",
        &json!({
            "T": task("F", &json!({ "TimeoutSeconds": 5, "End": true,
                "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "Next": "Wrong" },
                          { "ErrorEquals": ["States.Timeout"], "Next": "Late" }] })),
            "Wrong": { "Type": "Fail", "Error": "TaskFailedMatchedATimeout" },
            "Late": { "Type": "Succeed", "Output": "late" },
        }),
    );
    let host = VirtualHost::new(0.5, |_| Answer {
        after_ms: 60_000,
        result: Ok(Value::Null),
    });
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!({})),
        Outcome::Succeeded(json!("late"))
    );
    assert_eq!(host.elapsed_ms(), 5_000);
}

#[test]
fn the_machines_own_timeout_cannot_be_caught() {
    let mut definition = file(
        "T",
        &json!({
            "T": task("F", &json!({ "End": true, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }] })),
            "Caught": { "Type": "Succeed" },
        }),
    );
    definition["TimeoutSeconds"] = json!(30);
    let host = VirtualHost::new(0.5, |_| Answer {
        after_ms: 60_000,
        result: Ok(Value::Null),
    });
    assert_eq!(outcome_on(&host, &machine(&definition), json!({})), Outcome::TimedOut);
}

const TWO_HOURS_MS: i64 = 2 * 60 * 60 * 1_000;

/// A task with a timeout of 60 seconds in a machine with one of 90, and a state behind it.
fn hurried() -> Value {
    let mut definition = file(
        "T",
        &json!({
            "T": task("F", &json!({ "TimeoutSeconds": 60, "Next": "Done" })),
            "Done": { "Type": "Succeed", "Output": "done" },
        }),
    );
    definition["TimeoutSeconds"] = json!(90);
    definition
}

fn answering_after(after_ms: i64) -> VirtualHost {
    VirtualHost::new(0.5, move |_| Answer {
        after_ms,
        result: Ok(Value::Null),
    })
}

#[test]
fn time_in_which_the_machine_is_suspended_does_not_count_for_timeouts() {
    let host = answering_after(TWO_HOURS_MS + 50_000).suspended(5_000, TWO_HOURS_MS);
    assert_eq!(
        outcome_on(&host, &machine(&hurried()), json!({})),
        Outcome::Succeeded(json!("done"))
    );
    // Without an answer, both timeouts end after the seconds that did count.
    let silent = answering_after(2 * TWO_HOURS_MS).suspended(5_000, TWO_HOURS_MS);
    let outcome = outcome_on(&silent, &machine(&hurried()), json!({}));
    let Outcome::Failed(error) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(error.error, "States.Timeout");
    assert_eq!(silent.elapsed_ms(), TWO_HOURS_MS + 60_000);
    let mut without_a_task_timeout = hurried();
    without_a_task_timeout["States"]["T"]
        .as_object_mut()
        .unwrap()
        .remove("TimeoutSeconds");
    let silent = answering_after(2 * TWO_HOURS_MS).suspended(5_000, TWO_HOURS_MS);
    assert_eq!(
        outcome_on(&silent, &machine(&without_a_task_timeout), json!({})),
        Outcome::TimedOut
    );
    assert_eq!(silent.elapsed_ms(), TWO_HOURS_MS + 90_000);
}

#[test]
fn an_execution_may_go_on_after_a_process_that_was_stopped_for_hours() {
    let machine = machine(&hurried());
    let first = answering_after(10);
    outcome_on(&first, &machine, json!({}));
    let journal = first.journal_prefix(1);
    let resumed = answering_after(10)
        .with_journal(journal, 10_000 + TWO_HOURS_MS)
        .suspended(10_000, TWO_HOURS_MS);
    assert_eq!(
        outcome_on(&resumed, &machine, json!({})),
        Outcome::Succeeded(json!("done"))
    );
}

#[test]
fn a_branch_keeps_its_variables_to_itself() {
    let branch = |name: &str, value: &str| {
        let read = format!("{name}Read");
        json!({ "StartAt": name, "States": {
            name: { "Type": "Pass", "Assign": { "mine": value }, "Next": read },
            read: { "Type": "Pass", "Output": "{% $mine %}", "End": true },
        } })
    };
    let definition = file(
        "Both",
        &json!({
            "Both": { "Type": "Parallel", "Branches": [branch("A", "a"), branch("B", "b")], "Next": "After" },
            "After": { "Type": "Pass", "Assign": { "other": 1 }, "Output": "{% $states.input %}", "End": true },
        }),
    );
    assert_eq!(outcome(&definition, json!({})), Outcome::Succeeded(json!(["a", "b"])));
}

#[test]
fn a_function_gets_what_the_file_says_and_its_answer_is_wrapped_as_lambda_wraps_it() {
    let invoke = "arn:aws:states:::lambda:invoke";
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:F";
    let wrapped = |payload: Value| json!({ "ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200 });
    let cases = [
        (
            json!({ "Resource": invoke, "Arguments": { "FunctionName": "F", "Payload": 1 } }),
            wrapped(json!(1)),
        ),
        (
            json!({ "Resource": invoke, "Arguments": { "FunctionName": "F" } }),
            wrapped(json!({})),
        ),
        (
            json!({ "Resource": arn, "Arguments": "{% $states.input %}" }),
            json!("in"),
        ),
        (json!({ "Resource": arn }), json!("in")),
    ];
    for (mut state, expected) in cases {
        state["Type"] = json!("Task");
        state["End"] = json!(true);
        let definition = file("T", &json!({ "T": state }));
        assert_eq!(outcome(&definition, json!("in")), Outcome::Succeeded(expected));
    }
}

#[test]
fn a_wait_lasts_until_its_timestamp_and_no_longer() {
    let definition = |timestamp: &str| {
        file(
            "W",
            &json!({ "W": { "Type": "Wait", "Timestamp": timestamp, "End": true } }),
        )
    };
    for (timestamp, elapsed_ms) in [
        ("1970-01-01T00:01:00Z", 60_000),
        ("{% '1970-01-01T01:00:30.500+01:00' %}", 30_500),
        ("1969-12-31T00:00:00Z", 0),
    ] {
        let host = VirtualHost::new(0.5, |_| Answer::at_once(Ok(Value::Null)));
        outcome_on(&host, &machine(&definition(timestamp)), json!({}));
        assert_eq!(host.elapsed_ms(), elapsed_ms, "{timestamp}");
    }
}

#[test]
fn states_know_their_context() {
    let definition = file(
        "P",
        &json!({ "P": { "Type": "Pass", "End": true, "Output": {
            "execution": "{% $states.context.Execution.Name %}", "input": "{% $states.context.Execution.Input.k %}",
            "state": "{% $states.context.State.Name %}", "machine": "{% $states.context.StateMachine.Name %}",
            "started": "{% $states.context.Execution.StartTime %}",
        } } }),
    );
    let expected = json!({ "execution": "e-1", "input": "v", "state": "P", "machine": "test",
        "started": "1970-01-01T00:00:00.000Z" });
    assert_eq!(outcome(&definition, json!({ "k": "v" })), Outcome::Succeeded(expected));
}

#[test]
fn an_endless_loop_ends() {
    let definition = file(
        "A",
        &json!({ "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Pass", "Next": "A" } }),
    );
    let host = VirtualHost::new(0.5, |_| Answer::at_once(Ok(Value::Null)));
    let ended = host.run(&machine(&definition), &execution(json!({}))).unwrap().unwrap();
    assert!(matches!(ended, Outcome::Failed(error) if error.error == "States.Runtime"));
}
