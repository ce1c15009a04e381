//! Replays: wherever the process dies, the rest of the run is the same.

use serde_json::{Value, json};
use state_machine::deaths::check_every_death;
use state_machine::history::EventKind;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{Outcome, StateMachine};

use super::support::{execution, file, machine, order_saga, outcome_on, slow_and_failing, task};

fn input() -> Value {
    json!({ "order_id": "o-1", "correlation_id": "c-1", "items": [1, 2, 3] })
}

/// The gateway is silent, voiding fails twice: retries, a catch and compensations all happen.
fn troubled_host(random: f64) -> VirtualHost {
    VirtualHost::new(random, |call| {
        let result = match (call.function.as_str(), call.attempt) {
            ("AuthorizePayment" | "Failing", _) | ("VoidPayment", 0 | 1) | ("Item", 0) => {
                Err(StateError::new("TransientFailure", "silence"))
            }
            _ => Ok(json!({ "from": call.state })),
        };
        let after_ms = if call.function == "Slow" { 600_000 } else { 5 };
        Answer { after_ms, result }
    })
}

/// Kills the host behind every record and goes on in a new one, after `downtime_ms`.
fn assert_survives(machine: &StateMachine, downtime_ms: i64) {
    let deaths = check_every_death(machine, &execution(input()), downtime_ms, troubled_host);
    assert!(deaths.unwrap() > 5);
}

#[test]
fn a_run_goes_on_behind_every_record_of_its_journal() {
    assert_survives(&order_saga(), 0);
    assert_survives(&order_saga(), 30_000);
}

#[test]
fn a_loop_with_waits_and_items_goes_on_behind_every_record() {
    let body = json!({ "StartAt": "Item", "States": { "Item": task("Item", &json!({ "End": true,
        "Retry": [{ "ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL" }] })) } });
    let definition = file(
        "Count",
        &json!({
            "Count": { "Type": "Pass", "Assign": { "n": "{% $exists($n) ? $n + 1 : 1 %}" }, "Next": "Each" },
            "Each": { "Type": "Map", "Items": "{% $states.context.Execution.Input.items %}", "MaxConcurrency": 2,
                      "ItemProcessor": body, "Next": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 20, "Next": "Enough" },
            "Enough": { "Type": "Choice", "Choices": [{ "Condition": "{% $n = 3 %}", "Next": "Done" }],
                        "Default": "Count" },
            "Done": { "Type": "Succeed" },
        }),
    );
    assert_survives(&machine(&definition), 7_000);
}

#[test]
fn a_branch_that_was_given_up_is_not_started_again() {
    let after = json!({ "Type": "Wait", "Seconds": 60, "End": true });
    let mut definition = slow_and_failing(&after);
    definition["States"]["Both"]["Catch"][0]["ErrorEquals"] = json!(["TransientFailure"]);
    let machine = machine(&definition);
    assert_survives(&machine, 1_000);
    let whole = troubled_host(0.5);
    outcome_on(&whole, &machine, input());
    let in_the_wait = whole.journal_prefix(whole.records() - 1);
    let resumed = troubled_host(0.5).with_journal(in_the_wait, 30_000);
    outcome_on(&resumed, &machine, input());
    assert!(resumed.calls().is_empty(), "{:?}", resumed.calls());
    assert_eq!(resumed.elapsed_ms(), 60_005, "the wait has its old end");
}

#[test]
fn a_replay_of_a_finished_run_invokes_nothing_and_tells_nothing() {
    let saga = order_saga();
    let whole = troubled_host(0.5);
    let expected = outcome_on(&whole, &saga, input());
    let replayed = troubled_host(0.5).with_journal(whole.journal_prefix(usize::MAX), whole.elapsed_ms());
    assert_eq!(outcome_on(&replayed, &saga, input()), expected);
    assert!(replayed.calls().is_empty());
    assert!(replayed.history().is_empty(), "{:?}", replayed.history());
}

#[test]
fn a_delay_that_was_drawn_before_the_death_keeps_its_end() {
    let definition = file(
        "T",
        &json!({ "T": task("VoidPayment", &json!({ "End": true,
            "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "JitterStrategy": "FULL" }] })) }),
    );
    let machine = machine(&definition);
    let whole = troubled_host(0.5);
    outcome_on(&whole, &machine, input());
    let journals = (0..).map(|records| whole.journal_prefix(records));
    let journal = journals
        .take(whole.records())
        .find(|journal| journal.contains_key("T#1/0/again"))
        .unwrap();
    let again_ms = journal["T#1/0/again"].as_i64().unwrap();
    assert_eq!(again_ms, 5_005);
    let resumed = troubled_host(0.9).with_journal(journal, 1_000);
    outcome_on(&resumed, &machine, input());
    assert_eq!(resumed.history()[0].timestamp_ms, again_ms);
}

#[test]
fn past_its_deadline_an_execution_starts_nothing_new() {
    let mut definition = file("T", &json!({ "T": task("F", &json!({ "End": true })) }));
    definition["TimeoutSeconds"] = json!(30);
    let machine = machine(&definition);
    let whole = troubled_host(0.5);
    let expected = outcome_on(&whole, &machine, input());

    let in_flight = troubled_host(0.5).with_journal(whole.journal_prefix(1), 30_000);
    assert_eq!(outcome_on(&in_flight, &machine, input()), Outcome::TimedOut);
    assert!(in_flight.calls().is_empty());
    assert_eq!(in_flight.history().last().unwrap().kind, EventKind::ExecutionTimedOut);

    // All was done in time, and only to say so was left.
    let done = troubled_host(0.5).with_journal(whole.journal_prefix(whole.records() - 1), 30_000);
    assert_eq!(outcome_on(&done, &machine, input()), expected);
}

#[test]
fn a_journal_that_says_something_else_is_no_outcome() {
    let host = troubled_host(0.5).with_journal([("StartOver#1/entered".to_owned(), json!("yesterday"))].into(), 0);
    let definition = file("StartOver", &json!({ "StartOver": { "Type": "Succeed" } }));
    assert!(host.run(&machine(&definition), &execution(input())).unwrap().is_err());
}
