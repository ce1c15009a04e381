//! The errors of states, and which `Retry` and `Catch` handle them.

use serde_json::{Value, json};
use state_machine::Outcome;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};

use super::support::{failed, file, machine, outcome, outcome_on, slow_and_failing, task};

/// A task with these fields, whose errors of the given name lead to a `Succeed`.
fn catching(name: &str, fields: &Value) -> Value {
    let mut more = json!({ "End": true, "Catch": [{ "ErrorEquals": [name], "Output": "caught", "Next": "Done" }] });
    for (field, value) in fields.as_object().unwrap() {
        more[field] = value.clone();
    }
    file("T", &json!({ "T": task("F", &more), "Done": { "Type": "Succeed" } }))
}

fn caught() -> Outcome {
    Outcome::Succeeded(json!("caught"))
}

fn error_of(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(error) => error.error,
        other => panic!("{other:?} is no failure"),
    }
}

fn large(bytes: usize) -> Value {
    Value::String("x".repeat(bytes))
}

#[test]
fn what_is_too_large_is_caught_by_its_own_name_alone() {
    let name = "States.DataLimitExceeded";
    let output = json!({ "Output": "{% $pad('', 300000, 'x') %}" });
    assert_eq!(error_of(outcome(&catching("States.ALL", &output), json!({}))), name);
    assert_eq!(
        error_of(outcome(&catching("States.TaskFailed", &output), json!({}))),
        name
    );
    assert_eq!(outcome(&catching(name, &output), json!({})), caught());

    let answering = VirtualHost::new(0.5, |_| Answer::at_once(Ok(large(300_000))));
    let definition = catching(name, &json!({}));
    assert_eq!(outcome_on(&answering, &machine(&definition), json!({})), caught());
    assert!(
        answering
            .journal_prefix(usize::MAX)
            .values()
            .all(|fact| fact.to_string().len() < 1_000)
    );

    // The quotes count.
    let longest = large(256 * 1024 - 2);
    assert_eq!(outcome(&definition, longest.clone()), Outcome::Succeeded(longest));
    assert_eq!(outcome(&definition, large(256 * 1024 - 1)), caught());
}

#[test]
fn a_payload_that_is_too_large_is_not_sent() {
    let definition = catching("States.DataLimitExceeded", &json!({}));
    let host = VirtualHost::new(0.5, |_| Answer::at_once(Ok(Value::Null)));
    assert_eq!(outcome_on(&host, &machine(&definition), large(300_000)), caught());
    assert!(host.calls().is_empty());
}

#[test]
fn a_value_of_the_wrong_type_fails_the_evaluation() {
    let name = "States.QueryEvaluationError";
    for timeout in ["{% 'soon' %}", "{% 1.5 %}", "{% 0 %}", "{% -1 %}", "{% null %}"] {
        let definition = catching(name, &json!({ "TimeoutSeconds": timeout }));
        assert_eq!(outcome(&definition, json!({})), caught(), "{timeout}");
    }
    let states = [
        json!({ "Type": "Wait", "Seconds": "{% 'soon' %}", "End": true }),
        json!({ "Type": "Wait", "Timestamp": "{% 'tomorrow' %}", "End": true }),
        json!({ "Type": "Fail", "Error": "{% 5 %}" }),
        json!({ "Type": "Choice", "Choices": [{ "Condition": "{% 'yes' %}", "Next": "S" }], "Default": "S" }),
        json!({ "Type": "Pass", "Output": "{% $states.result %}", "End": true }),
        json!({ "Type": "Pass", "Output": "{% $states.errorOutput %}", "End": true }),
        json!({ "Type": "Pass", "Output": "{% $sum %}", "End": true }),
        json!({ "Type": "Map", "Items": "{% 5 %}", "End": true,
                "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } } }),
    ];
    for state in states {
        // A choice needs somewhere to go; the others must not have what nothing leads to.
        let definition = match state["Type"].as_str() {
            Some("Choice") => file("S0", &json!({ "S0": state, "S": { "Type": "Succeed" } })),
            _ => file("S", &json!({ "S": state })),
        };
        assert_eq!(error_of(outcome(&definition, json!({}))), name, "{definition}");
    }
}

#[test]
fn an_expression_without_end_is_stopped() {
    let name = "States.QueryEvaluationError";
    for output in [
        "{% [1..200000] %}",
        "{% ($f := function($n) { 1 + $f($n + 1) }; $f(1)) %}",
    ] {
        let definition = catching(name, &json!({ "Output": output }));
        assert_eq!(outcome(&definition, json!({})), caught(), "{output}");
    }
}

#[test]
fn a_parallel_fails_with_its_branchs_error_and_under_its_own_name() {
    let broken = |error: &'static str| {
        VirtualHost::new(0.5, move |call| match call.function.as_str() {
            "Failing" => Answer::at_once(Err(StateError::new(error, "because"))),
            _ => Answer::at_once(Ok(Value::Null)),
        })
    };
    let mut definition = slow_and_failing(&json!({ "Type": "Succeed" }));
    let machine_catching = |definition: &mut Value, name: &str| {
        definition["States"]["Both"]["Catch"][0]["ErrorEquals"] = json!([name]);
        machine(definition)
    };
    let expected = Outcome::Succeeded(json!({ "Error": "Broken", "Cause": "because" }));
    for name in ["Broken", "States.ALL", "States.TaskFailed", "States.BranchFailed"] {
        let machine = machine_catching(&mut definition, name);
        assert_eq!(outcome_on(&broken("Broken"), &machine, json!({})), expected, "{name}");
    }
    let machine = machine_catching(&mut definition, "OutOfStock");
    assert_eq!(
        outcome_on(&broken("Broken"), &machine, json!({})),
        failed("Broken", "because")
    );
}

#[test]
fn a_whole_parallel_is_retried() {
    let mut definition = slow_and_failing(&json!({ "Type": "Succeed" }));
    definition["States"]["Both"]["Retry"] = json!([{ "ErrorEquals": ["Broken"], "MaxAttempts": 2 }]);
    let host = VirtualHost::new(0.5, |call| match call.path.as_str() {
        // The second attempt of the Parallel, the first of its task.
        "Both#1/0/1/Failing#1/0" => Answer::at_once(Err(StateError::new("Broken", ""))),
        _ => Answer::at_once(Ok(json!(call.path))),
    });
    let expected = json!(["Both#1/1/0/Slow#1/0", "Both#1/1/1/Failing#1/0"]);
    assert_eq!(
        outcome_on(&host, &machine(&definition), json!({})),
        Outcome::Succeeded(expected)
    );
    assert_eq!(host.elapsed_ms(), 1_000);
}

#[test]
fn the_first_catcher_that_names_the_error_decides_and_knows_the_attempts() {
    let definition = file(
        "T",
        &json!({
            "T": task("F", &json!({ "End": true,
                "Retry": [{ "ErrorEquals": ["Flaky"], "MaxAttempts": 2 }, { "ErrorEquals": ["Never"], "MaxAttempts": 0 }],
                "Catch": [
                    { "ErrorEquals": ["Other"], "Next": "Wrong" },
                    { "ErrorEquals": ["Never", "Flaky"], "Assign": { "caught": "{% $states.errorOutput %}" },
                      "Output": "{% $states.context.State.RetryCount %}", "Next": "Done" },
                    { "ErrorEquals": ["States.ALL"], "Next": "Wrong" },
                ] })),
            "Done": { "Type": "Succeed", "Output": { "retries": "{% $states.input %}", "caught": "{% $caught.Error %}" } },
            "Wrong": { "Type": "Fail" },
        }),
    );
    for (error, retries) in [("Flaky", 2), ("Never", 0)] {
        let host = VirtualHost::new(0.5, move |_| Answer::at_once(Err(StateError::new(error, ""))));
        let expected = json!({ "retries": retries, "caught": error });
        assert_eq!(
            outcome_on(&host, &machine(&definition), json!({})),
            Outcome::Succeeded(expected)
        );
    }
}

#[test]
fn what_a_failed_attempt_assigned_is_forgotten() {
    let definition = file(
        "Set",
        &json!({
            "Set": { "Type": "Pass", "Assign": { "a": "before" }, "Next": "T" },
            "T": task("F", &json!({ "Next": "Done", "Assign": { "a": "after", "b": "{% $states.result.missing %}" },
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }] })),
            "Done": { "Type": "Succeed", "Output": "{% $a %}" },
        }),
    );
    assert_eq!(outcome(&definition, json!({})), Outcome::Succeeded(json!("before")));
}
