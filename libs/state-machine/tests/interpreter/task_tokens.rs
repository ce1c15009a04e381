//! Tasks that wait for their token: what completes them, what ends the wait, and what a restart finds again.

use serde_json::{Value, json};
use state_machine::Outcome;
use state_machine::deaths::check_every_death;
use state_machine::host::{StateError, TaskCall};
use state_machine::virtual_host::{Answer, VirtualHost};

use super::support::{execution, failed, file, machine, outcome_on};

/// A task that waits at most 60 s for its token, with one retry.
fn waiting() -> Value {
    file(
        "Wait",
        &json!({
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Arguments": {
                    "FunctionName": "keep-token",
                    "Payload": { "token": "{% $states.context.Task.Token %}", "order": "{% $states.input.id %}" },
                },
                "TimeoutSeconds": 60,
                "Output": "{% $states.result.paid %}",
                "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1, "BackoffRate": 1 }],
                "Catch": [{ "ErrorEquals": ["States.Timeout"], "Output": "silent", "Next": "Silent" }],
                "End": true,
            },
            "Silent": { "Type": "Succeed" },
        }),
    )
}

fn answering(result: Result<Value, StateError>) -> VirtualHost {
    VirtualHost::new(0.5, move |_| Answer::at_once(result.clone()))
}

fn after(seconds: i64, result: Result<Value, StateError>) -> impl Fn(&TaskCall) -> Option<Answer> {
    move |_| {
        Some(Answer {
            after_ms: seconds * 1_000,
            result: result.clone(),
        })
    }
}

fn run(host: &VirtualHost) -> Outcome {
    outcome_on(host, &machine(&waiting()), json!({ "id": "o-1" }))
}

#[test]
fn the_result_is_what_the_token_is_completed_with_and_the_answer_of_the_function_is_ignored() {
    let host = answering(Ok(json!({ "paid": "ignored" }))).completing(after(20, Ok(json!({ "paid": true }))));
    assert_eq!(run(&host), Outcome::Succeeded(json!(true)));
    assert_eq!(host.elapsed_ms(), 20_000);
    let calls = host.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].payload,
        json!({ "token": calls[0].token.as_deref().unwrap(), "order": "o-1" })
    );
}

#[test]
fn a_token_may_be_completed_with_an_error_and_before_the_function_has_answered() {
    let declined = Err(StateError::new("Declined", "no money"));
    let host = answering(Ok(Value::Null)).completing(after(20, declined));
    assert_eq!(run(&host), failed("Declined", "no money"));

    let slow = VirtualHost::new(0.5, |_| Answer {
        after_ms: 5_000,
        result: Ok(Value::Null),
    });
    let host = slow.completing(after(1, Ok(json!({ "paid": true }))));
    assert_eq!(run(&host), Outcome::Succeeded(json!(true)));
    assert_eq!(host.elapsed_ms(), 1_000);
}

#[test]
fn a_token_that_nobody_completes_ends_with_the_timeout() {
    let host = answering(Ok(Value::Null));
    assert_eq!(run(&host), Outcome::Succeeded(json!("silent")));
    assert_eq!(host.elapsed_ms(), 60_000);
}

#[test]
fn an_error_of_the_function_ends_the_attempt_and_the_next_one_has_another_token() {
    let busy = Err(StateError::new("Busy", "later"));
    let host = answering(busy.clone());
    assert_eq!(run(&host), failed("Busy", "later"));
    let tokens: Vec<_> = host.calls().into_iter().map(|call| call.token.unwrap()).collect();
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);
}

#[test]
fn a_restart_neither_repeats_the_invocation_nor_begins_the_timeout_anew() {
    let (machine, input) = (machine(&waiting()), execution(json!({ "id": "o-1" })));
    let silent = |random| VirtualHost::new(random, |_| Answer::at_once(Ok(Value::Null)));
    check_every_death(&machine, &input, 30_000, silent).unwrap();
    let paid = |random| silent(random).completing(after(20, Ok(json!({ "paid": true }))));
    check_every_death(&machine, &input, 10_000, paid).unwrap();

    let first = silent(0.5);
    run(&first);
    // Everything up to the invocation: the state was entered, the attempt began, the function answered.
    let place = (0..=first.records()).find(|records| {
        first
            .journal_prefix(*records)
            .keys()
            .any(|key| key.ends_with("/invoked"))
    });
    let resumed = silent(0.5).with_journal(first.journal_prefix(place.unwrap()), 45_000);
    assert_eq!(run(&resumed), Outcome::Succeeded(json!("silent")));
    assert_eq!((resumed.elapsed_ms(), resumed.calls().len()), (60_000, 0));
}
