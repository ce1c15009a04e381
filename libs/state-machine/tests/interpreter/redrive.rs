//! A redriven execution resumes where it failed, and repeats no step that succeeded.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use state_machine::host::StateError;
use state_machine::redrive::redrive;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{Outcome, StateMachine};

use super::support::{failed, file, machine, order_saga, outcome_on, slow_and_failing, task};

fn input() -> Value {
    json!({ "order_id": "o-1", "correlation_id": "c-1" })
}

/// The capture is refused, and these functions fail for good.
fn host(failing: &'static [&'static str]) -> VirtualHost {
    VirtualHost::new(0.5, move |call| {
        let function = call.function.as_str();
        Answer::at_once(if function == "CapturePayment" {
            Err(StateError::new("CaptureRefused", ""))
        } else if failing.contains(&function) {
            Err(StateError::new("TransientFailure", "silence"))
        } else {
            Ok(json!({ "outcome": "DONE" }))
        })
    })
}

fn functions(host: &VirtualHost) -> Vec<String> {
    host.calls().into_iter().map(|call| call.function).collect()
}

fn journal(host: &VirtualHost) -> BTreeMap<String, Value> {
    host.journal_prefix(host.records())
}

/// What the next run finds.
fn redriven(journal: &BTreeMap<String, Value>, now_ms: i64) -> BTreeMap<String, Value> {
    let change = redrive(journal, now_ms).expect("the execution ended badly");
    let mut journal = journal.clone();
    journal.retain(|key, _| !change.forgotten.contains(key));
    journal.insert(change.key.to_owned(), change.value);
    journal
}

#[test]
fn what_succeeded_stays_done_and_what_failed_is_done_again() {
    let machine = order_saga();
    let first = host(&["VoidPayment"]);
    assert_eq!(
        outcome_on(&first, &machine, input()),
        failed("TransientFailure", "silence")
    );
    assert!(functions(&first).contains(&"ReleaseStock".to_owned()));

    let second = host(&[]).with_journal(redriven(&journal(&first), 1_000_000), 1_000_000);
    let outcome = outcome_on(&second, &machine, input());
    assert!(matches!(outcome, Outcome::Succeeded(_)), "{outcome:?}");
    assert_eq!(functions(&second), ["VoidPayment", "RejectOrder", "NotifyCustomer"]);
}

#[test]
fn a_state_that_fails_again_gets_all_its_attempts_again() {
    let machine = order_saga();
    let first = host(&["VoidPayment"]);
    outcome_on(&first, &machine, input());
    let attempts = |host: &VirtualHost| functions(host).iter().filter(|name| *name == "VoidPayment").count();
    assert!(attempts(&first) > 1);

    let mut journal = journal(&first);
    for round in 1..=3 {
        let now_ms = round * 10_000_000;
        let again = host(&["VoidPayment"]).with_journal(redriven(&journal, now_ms), now_ms);
        assert_eq!(
            outcome_on(&again, &machine, input()),
            failed("TransientFailure", "silence")
        );
        assert_eq!(attempts(&again), attempts(&first), "round {round}");
        journal = whole(&again, &journal, now_ms);
    }
}

/// The journal that a run had found, with what it added.
fn whole(host: &VirtualHost, before: &BTreeMap<String, Value>, now_ms: i64) -> BTreeMap<String, Value> {
    let mut all = redriven(before, now_ms);
    all.extend(journal(host));
    all
}

#[test]
fn a_branch_whose_failure_was_caught_stays_failed() {
    let caught = task("Caught", &json!({ "End": true }));
    let machine = machine(&slow_and_failing(&caught));
    let broken = |function: &'static str| {
        VirtualHost::new(0.5, move |call| {
            let after_ms = if call.function == "Slow" { 600_000 } else { 5 };
            let fails = call.function == "Failing" || call.function == function;
            let result = if fails {
                Err(StateError::new("Broken", ""))
            } else {
                Ok(json!({}))
            };
            Answer { after_ms, result }
        })
    };
    let first = broken("Caught");
    assert_eq!(outcome_on(&first, &machine, input()), failed("Broken", ""));

    let second = broken("").with_journal(redriven(&journal(&first), 1_000), 1_000);
    assert_eq!(outcome_on(&second, &machine, input()), Outcome::Succeeded(json!({})));
    assert_eq!(functions(&second), ["Caught"]);
}

#[test]
fn the_timeout_counts_from_the_redrive() {
    let mut definition = file(
        "First",
        &json!({
            "First": task("First", &json!({ "Next": "Second" })),
            "Second": task("Second", &json!({ "End": true })),
        }),
    );
    definition["TimeoutSeconds"] = json!(60);
    let machine: StateMachine = machine(&definition);
    let host = |after_ms| {
        VirtualHost::new(0.5, move |call| Answer {
            after_ms: if call.function == "Second" { after_ms } else { 0 },
            result: Ok(json!({})),
        })
    };
    let slow = host(120_000);
    assert_eq!(outcome_on(&slow, &machine, input()), Outcome::TimedOut);

    let fast = host(30_000).with_journal(redriven(&journal(&slow), 500_000), 500_000);
    assert_eq!(outcome_on(&fast, &machine, input()), Outcome::Succeeded(json!({})));
    assert_eq!(functions(&fast), ["Second"]);
}

#[test]
fn an_execution_that_somebody_aborted_goes_on_where_it_was() {
    let machine = order_saga();
    let whole = host(&[]);
    let expected = outcome_on(&whole, &machine, input());
    // Aborted at any record but the last, which is the outcome.
    for records in 0..whole.records() {
        let aborted = whole.journal_prefix(records);
        let again = host(&[]).with_journal(redriven(&aborted, 1_000_000), 1_000_000);
        assert_eq!(
            outcome_on(&again, &machine, input()),
            expected,
            "after {records} records"
        );
        assert!(functions(&again).len() <= functions(&whole).len());
    }
}

#[test]
fn an_abort_right_behind_the_last_attempt_leaves_it_all_its_attempts() {
    let machine = order_saga();
    let first = host(&["VoidPayment"]);
    outcome_on(&first, &machine, input());
    for records in 0..first.records() {
        let aborted = first.journal_prefix(records);
        let again = host(&[]).with_journal(redriven(&aborted, 1_000_000), 1_000_000);
        let outcome = outcome_on(&again, &machine, input());
        assert!(
            matches!(outcome, Outcome::Succeeded(_)),
            "after {records} records: {outcome:?}"
        );
    }
}

#[test]
fn what_went_well_cannot_be_redriven() {
    let host = VirtualHost::new(0.5, |_| Answer::at_once(Ok(json!({}))));
    outcome_on(&host, &order_saga(), input());
    assert_eq!(redrive(&journal(&host), 1), None);
}
