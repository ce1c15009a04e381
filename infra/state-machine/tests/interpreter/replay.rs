//! What if the process dies? At every record of the journal, the rest of the run must be the same.

use serde_json::{Value, json};
use state_machine::StateMachine;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};

use super::order_saga::order_saga;
use super::support::outcome_on;

fn input() -> Value {
    json!({ "order_id": "o-1", "correlation_id": "c-1" })
}

/// The gateway is silent, voiding fails twice: retries, a catch and compensations all happen.
fn troubled_host(random: f64) -> VirtualHost {
    VirtualHost::new(random, |call| {
        let result = match (call.function.as_str(), call.attempt) {
            ("AuthorizePayment", _) | ("VoidPayment", 0 | 1) => Err(StateError::new("TransientFailure", "silence")),
            _ => Ok(json!({})),
        };
        Answer { after_ms: 5, result }
    })
}

fn calls(host: &VirtualHost) -> Vec<String> {
    host.calls().into_iter().map(|call| call.path).collect()
}

fn check_every_prefix(machine: &StateMachine) {
    let whole = troubled_host(0.5);
    let expected = outcome_on(&whole, machine, input());
    let all_calls = calls(&whole);
    for records in 0..=whole.records() {
        // Another draw of chance: what was decided before the crash must not be drawn again.
        let resumed = troubled_host(0.9).with_journal(whole.journal_prefix(records), whole.elapsed_ms());
        assert_eq!(
            outcome_on(&resumed, machine, input()),
            expected,
            "after {records} records"
        );
        for path in calls(&resumed) {
            assert!(all_calls.contains(&path), "{path} was never part of the run");
            let answered = whole.journal_prefix(records).contains_key(&format!("{path}/answer"));
            assert!(!answered, "{path} was repeated though its answer was recorded");
        }
    }
}

#[test]
fn a_run_can_be_resumed_behind_every_record_of_its_journal() {
    check_every_prefix(&order_saga());
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
fn a_delay_that_was_drawn_before_the_crash_keeps_its_end() {
    let saga = order_saga();
    let whole = troubled_host(0.5);
    outcome_on(&whole, &saga, input());
    let again: Vec<i64> = whole
        .journal_prefix(usize::MAX)
        .iter()
        .filter(|(key, _)| key.ends_with("/again"))
        .filter_map(|(_, instant)| instant.as_i64())
        .collect();
    assert!(again.len() >= 5, "{again:?}");
    assert!(again.iter().all(|instant| *instant <= whole.elapsed_ms()));
}
