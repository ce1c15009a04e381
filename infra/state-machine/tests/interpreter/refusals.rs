//! Is everything refused, by name, that would otherwise mean less than it says?

use std::collections::BTreeMap;

use serde_json::{Value, json};
use state_machine::StateMachine;

use super::support::{file, task};

fn refusal(definition: &Value) -> String {
    StateMachine::parse("test", &definition.to_string(), &BTreeMap::new())
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_not_supported_is_named_with_its_place() {
    let succeed = json!({ "Type": "Succeed" });
    let retry = |retrier: Value| {
        file(
            "T",
            &json!({ "T": task("F", &json!({ "End": true, "Retry": [retrier] })) }),
        )
    };
    let cases = [
        (
            json!({ "StartAt": "A", "States": { "A": succeed } }),
            "test.QueryLanguage",
        ),
        (
            file("A", &json!({ "A": { "Type": "Activity" } })),
            "test.States.A.Type is Activity",
        ),
        (
            file("A", &json!({ "A": { "Type": "Pass", "End": true, "ResultPath": "$" } })),
            "test.States.A.ResultPath",
        ),
        (file("A", &json!({ "A": { "Type": "Pass" } })), "test.States.A.Next"),
        (
            file("A", &json!({ "A": { "Type": "Pass", "Next": "B" } })),
            "no state B",
        ),
        (
            file("A", &json!({ "A": succeed, "B": succeed })),
            "the state B, to which nothing leads",
        ),
        (file("X", &json!({ "A": succeed })), "no state X"),
        (
            file(
                "A",
                &json!({ "A": { "Type": "Pass", "End": true, "Output": "{% $states.( %}" } }),
            ),
            "test.States.A.Output",
        ),
        (
            file(
                "A",
                &json!({ "A": { "Type": "Pass", "End": true, "Assign": { "states": 1 } } }),
            ),
            "states",
        ),
        (
            file(
                "T",
                &json!({ "T": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true } }),
            ),
            "sqs:sendMessage",
        ),
        (
            file(
                "T",
                &json!({ "T": task("F", &json!({ "End": true, "HeartbeatSeconds": 5 })) }),
            ),
            "HeartbeatSeconds",
        ),
        (retry(json!({ "ErrorEquals": [] })), "Retry[0].ErrorEquals"),
        (
            retry(json!({ "ErrorEquals": ["A"], "BackoffRate": 0.5 })),
            "Retry[0].BackoffRate",
        ),
        (
            retry(json!({ "ErrorEquals": ["A"], "JitterStrategy": "SOME" })),
            "Retry[0].JitterStrategy",
        ),
        (
            retry(json!({ "ErrorEquals": ["States.ALL", "A"] })),
            "States.ALL neither alone nor last",
        ),
        (
            file(
                "W",
                &json!({ "W": { "Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z", "End": true } }),
            ),
            "exactly one",
        ),
    ];
    for (definition, expected) in cases {
        let refusal = refusal(&definition);
        assert!(refusal.contains(expected), "{refusal:?} does not name {expected:?}");
    }
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
