//! What if the process dies? At every record of the journal, the rest of the run must be the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use state_machine::history::{EventKind, HistoryEvent};
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{Outcome, StateMachine};

use super::order_saga::{order_saga, parsed};
use super::support::{execution, file, machine, outcome_on, slow_and_failing, task};

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

fn calls(host: &VirtualHost) -> Vec<String> {
    host.calls().into_iter().map(|call| call.path).collect()
}

fn place(event: &HistoryEvent) -> (String, String, Option<u32>) {
    let attempt = match event.kind {
        EventKind::TaskScheduled { attempt, .. } => Some(attempt),
        _ => None,
    };
    (event.kind.name(), event.path.clone(), attempt)
}

/// Of states and of the execution: a task tells of every attempt under the same path.
fn told_once(history: &[HistoryEvent]) -> Vec<(String, String, Option<u32>)> {
    history
        .iter()
        .map(place)
        .filter(|(name, ..)| name.starts_with("Execution") || name.contains("State") || name == "TaskScheduled")
        .collect()
}

/// Kills the host behind every record and goes on in a new one, after `downtime_ms`.
fn check_every_death(machine: &StateMachine, downtime_ms: i64) {
    let whole = troubled_host(0.5);
    let expected = outcome_on(&whole, machine, input());
    let all_calls = calls(&whole);
    let all_told: BTreeSet<_> = told_once(&whole.history()).into_iter().collect();
    for records in 0..whole.records() {
        let dying = troubled_host(0.5).dying_after(records);
        let died = dying.run(machine, &execution(input())).expect("it stands still");
        assert!(died.is_err(), "an outcome was made up after {records} records");
        let journal = dying.journal_prefix(records);
        // Another draw of chance: what was decided before the death must not be drawn again.
        let resumed = troubled_host(0.9).with_journal(journal.clone(), dying.elapsed_ms() + downtime_ms);
        assert_eq!(
            outcome_on(&resumed, machine, input()),
            expected,
            "after {records} records"
        );
        for path in calls(&resumed) {
            assert!(all_calls.contains(&path), "{path} was never part of the run");
            let answered = journal.contains_key(&format!("{path}/answer"));
            assert!(!answered, "{path} was repeated though its answer was recorded");
            let (around, _) = path.split_once("/0/").unwrap_or_default();
            let ended = journal.contains_key(&format!("{around}/0/failed"));
            assert!(!ended, "{path} was repeated though its branches had failed");
        }
        let mut told = told_once(&dying.history());
        told.extend(told_once(&resumed.history()));
        let count = told.len();
        let told: BTreeSet<_> = told.into_iter().collect();
        assert_eq!(told.len(), count, "something was told twice after {records} records");
        let is_lost = |event: &&(String, String, Option<u32>)| event.0.ends_with("Entered") && !told.contains(*event);
        assert_eq!(all_told.iter().find(is_lost), None, "after {records} records");
    }
}

#[test]
fn a_run_goes_on_behind_every_record_of_its_journal() {
    check_every_death(&order_saga(), 0);
    check_every_death(&order_saga(), 30_000);
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
    check_every_death(&machine(&definition), 7_000);
}

#[test]
fn a_branch_that_was_given_up_is_not_started_again() {
    let after = json!({ "Type": "Wait", "Seconds": 60, "End": true });
    let mut definition = slow_and_failing(&after);
    definition["States"]["Both"]["Catch"][0]["ErrorEquals"] = json!(["TransientFailure"]);
    let machine = machine(&definition);
    check_every_death(&machine, 1_000);
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

#[test]
fn the_cancellation_goes_on_behind_every_record_too() {
    let cancel = parsed("order-cancel", include_str!("../../../../infra/order-cancel.asl.json"));
    check_every_death(&cancel, 5_000);
}
