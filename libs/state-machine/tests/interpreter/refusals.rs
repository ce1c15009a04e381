//! Every field, state and value that the interpreter would ignore is refused by name.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use state_machine::StateMachine;

use super::support::{file, task};

fn refusal(definition: &Value) -> String {
    StateMachine::parse("test", &definition.to_string(), &BTreeMap::new())
        .unwrap_err()
        .to_string()
}

fn assert_refused(cases: &[(Value, &str)]) {
    for (definition, expected) in cases {
        let refusal = refusal(definition);
        assert!(refusal.contains(expected), "{refusal:?} does not name {expected:?}");
    }
}

/// A machine of one state.
fn one(state: &Value) -> Value {
    file("S", &json!({ "S": state }))
}

fn task_with(field: &str, value: &Value) -> Value {
    one(&task("F", &json!({ "End": true, field: value })))
}

#[test]
fn what_is_not_supported_is_named_with_its_place() {
    let body = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } });
    let map =
        |field: &str, value: Value| one(&json!({ "Type": "Map", "ItemProcessor": body, "End": true, field: value }));
    let mut distributed = body.clone();
    distributed["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED" });
    let queue = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true });
    let paths = json!({ "Type": "Pass", "End": true, "ResultPath": "$" });
    assert_refused(&[
        (body.clone(), "test.QueryLanguage is not JSONata"),
        (one(&json!({ "Type": "Activity" })), "test.States.S.Type is Activity"),
        (one(&paths), "test.States.S.ResultPath is not supported"),
        (
            one(&queue),
            "test.States.S.Resource is arn:aws:states:::sqs:sendMessage",
        ),
        (
            one(&task("{% $f %}", &json!({}))),
            "test.States.S.Arguments.FunctionName is an expression",
        ),
        (
            task_with("HeartbeatSeconds", &json!(5)),
            "test.States.S.HeartbeatSeconds is not supported",
        ),
        (
            map("ToleratedFailurePercentage", json!(5)),
            "test.States.S.ToleratedFailurePercentage is not supported",
        ),
        (
            map("MaxConcurrency", json!("{% 5 %}")),
            "test.States.S.MaxConcurrency is not a whole number",
        ),
        (
            map("ItemProcessor", distributed),
            "test.States.S.ItemProcessor.ProcessorConfig.Mode is not INLINE",
        ),
    ]);
}

#[test]
fn a_graph_that_does_not_hold_together_is_refused() {
    let succeed = json!({ "Type": "Succeed" });
    let branch = json!({ "StartAt": "A", "States": { "A": succeed } });
    let twice = json!({ "Type": "Parallel", "Branches": [branch, branch], "End": true });
    assert_refused(&[
        (
            one(&json!({ "Type": "Pass" })),
            "test.States.S.Next and End: exactly one",
        ),
        (
            one(&json!({ "Type": "Pass", "Next": "B" })),
            "test has no state B, to which S leads",
        ),
        (
            file("X", &json!({ "A": succeed })),
            "test has no state X, to which StartAt leads",
        ),
        (
            file("A", &json!({ "A": succeed, "B": succeed })),
            "test has the state B, to which nothing leads",
        ),
        (
            file("A/B", &json!({ "A/B": succeed })),
            "test.States.A/B is no name for a state",
        ),
        (
            one(&twice),
            "test.States.S.Branches[1].States.A has the name of another state",
        ),
        (
            json!({ "QueryLanguage": "JSONata", "States": {} }),
            "test.StartAt is missing",
        ),
    ]);
}

#[test]
fn retry_and_catch_that_could_not_work_are_refused() {
    let retry = |more: Value| {
        let mut retrier = json!({ "ErrorEquals": ["A"] });
        retrier
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        task_with("Retry", &json!([retrier]))
    };
    let catch = |names: Value| task_with("Catch", &json!([{ "ErrorEquals": names, "Next": "S" }]));
    let all_first = json!([{ "ErrorEquals": ["States.ALL"] }, { "ErrorEquals": ["A"] }]);
    assert_refused(&[
        (
            retry(json!({ "ErrorEquals": [] })),
            "test.States.S.Retry[0].ErrorEquals is missing, empty",
        ),
        (
            retry(json!({ "BackoffRate": 0.5 })),
            "test.States.S.Retry[0].BackoffRate",
        ),
        (
            retry(json!({ "JitterStrategy": "SOME" })),
            "test.States.S.Retry[0].JitterStrategy",
        ),
        (
            retry(json!({ "IntervalSeconds": 0 })),
            "test.States.S.Retry[0].IntervalSeconds",
        ),
        (
            retry(json!({ "MaxDelaySeconds": 1 })),
            "test.States.S.Retry[0].MaxDelaySeconds is not more than",
        ),
        (
            retry(json!({ "MaxAttempts": -1 })),
            "test.States.S.Retry[0].MaxAttempts",
        ),
        (
            task_with("Retry", &all_first),
            "test.States.S.Retry[0] has States.ALL neither alone nor last",
        ),
        (
            catch(json!(["States.ALL", "A"])),
            "test.States.S.Catch[0] has States.ALL neither alone nor last",
        ),
        (
            catch(json!(["States.Runtime"])),
            "test.States.S.Catch[0].ErrorEquals has States.Runtime",
        ),
        (catch(json!(["States.HeartbeatTimeout"])), "has States.HeartbeatTimeout"),
    ]);
}

#[test]
fn a_value_that_could_only_fail_later_is_refused_now() {
    let pass = |field: &str, value: Value| one(&json!({ "Type": "Pass", "End": true, field: value }));
    let wait = |field: &str, value: Value| one(&json!({ "Type": "Wait", "End": true, field: value }));
    let both = json!({ "Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z", "End": true });
    let always = json!({ "Type": "Choice", "Choices": [{ "Condition": "true", "Next": "S" }] });
    assert_refused(&[
        (pass("Output", json!("{% $states.( %}")), "test.States.S.Output"),
        (pass("Output", json!("{% $now() %}")), "test.States.S.Output uses $now"),
        (
            pass("Output", json!(["{% $parse('{}') %}"])),
            "test.States.S.Output calls $parse",
        ),
        (pass("Output", json!("{% $reasn %}")), "test.States.S reads $reasn"),
        (
            pass("Assign", json!({ "states": 1 })),
            "test.States.S.Assign has \"states\"",
        ),
        (
            one(&json!({ "Type": "Succeed", "Assign": { "a": 1 } })),
            "test.States.S.Assign is not supported",
        ),
        (
            one(&json!({ "Type": "Fail", "Error": 5 })),
            "test.States.S.Error is not a string",
        ),
        (
            task_with("TimeoutSeconds", &json!(0)),
            "test.States.S.TimeoutSeconds is not a whole number",
        ),
        (
            task_with("TimeoutSeconds", &json!("15")),
            "test.States.S.TimeoutSeconds is not a whole number",
        ),
        (
            wait("Seconds", json!(-1)),
            "test.States.S.Seconds is not a whole number",
        ),
        (
            wait("Timestamp", json!("noon")),
            "test.States.S.Timestamp is not an instant",
        ),
        (one(&both), "test.States.S.Seconds and Timestamp: exactly one"),
        (one(&always), "test.States.S.Choices[0].Condition is no JSONata"),
    ]);
}

#[test]
fn a_branch_cannot_assign_what_belongs_to_the_states_around_it() {
    let branch = json!({ "StartAt": "In", "States": { "In": { "Type": "Pass", "Assign": { "a": 2 }, "End": true } } });
    let definition = file(
        "Set",
        &json!({
            "Set": { "Type": "Pass", "Assign": { "a": 1 }, "Next": "Both" },
            "Both": { "Type": "Parallel", "Branches": [branch], "End": true },
        }),
    );
    assert!(refusal(&definition).contains("assigns $a"));
}

#[test]
fn a_placeholder_without_a_substitution_is_named() {
    let definition = file(
        "T",
        &json!({ "T": task("${ReserveStockArn}", &json!({ "End": true })) }),
    )
    .to_string();
    let fault = StateMachine::parse("test", &definition, &BTreeMap::new()).unwrap_err();
    assert!(fault.to_string().contains("ReserveStockArn"), "{fault}");
    let substitutions = BTreeMap::from([("ReserveStockArn".to_owned(), "arn:reserve".to_owned())]);
    let machine = StateMachine::parse("test", &definition, &substitutions).unwrap();
    assert_eq!(machine.functions(), ["arn:reserve"]);
}
