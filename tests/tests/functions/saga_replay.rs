//! Tests that the committed sagas resume and redrive correctly from every record of their journals.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use state_machine::Outcome;
use state_machine::deaths::check_every_death;
use state_machine::host::StateError;
use state_machine::redrive::redrive;
use state_machine::virtual_host::{Answer, VirtualHost};

use super::saga_files::{execution, order_cancel, order_saga, outcome_on};

/// The gateway does not answer and voiding fails twice, so retries, a catch and compensations happen.
fn troubled_host(random: f64) -> VirtualHost {
    VirtualHost::new(random, |call| Answer {
        after_ms: 5,
        result: match (call.function.as_str(), call.attempt) {
            ("AuthorizePayment", _) | ("VoidPayment", 0 | 1) => Err(StateError::new("TransientFailure", "silence")),
            _ => Ok(json!({ "from": call.state })),
        },
    })
}

/// The capture is refused, and one more function may fail permanently.
fn refusing_host(failing: Option<&'static str>) -> VirtualHost {
    VirtualHost::new(0.5, move |call| {
        Answer::at_once(match call.function.as_str() {
            "CapturePayment" => Err(StateError::new("CaptureRefused", "")),
            function if failing == Some(function) => Err(StateError::new("TransientFailure", "silence")),
            _ => Ok(json!({ "outcome": "DONE" })),
        })
    })
}

/// The journal after a redrive.
fn redriven(journal: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let change = redrive(journal, 1_000_000).expect("the execution failed");
    let mut journal = journal.clone();
    journal.retain(|key, _| !change.forgotten.contains(key));
    journal.insert(change.key.to_owned(), change.value);
    journal
}

fn functions(host: &VirtualHost) -> Vec<String> {
    host.calls().into_iter().map(|call| call.function).collect()
}

#[test]
fn a_run_resumes_after_every_record_of_its_journal() {
    for downtime_ms in [0, 30_000] {
        check_every_death(&order_saga(), &execution(), downtime_ms, troubled_host).unwrap();
    }
    check_every_death(&order_cancel(), &execution(), 5_000, troubled_host).unwrap();
}

#[test]
fn a_wait_for_a_payment_resumes_after_every_record_of_its_journal() {
    let silent_host = |random| {
        VirtualHost::new(random, |call| Answer {
            after_ms: 5,
            result: match call.function.as_str() {
                "AuthorizePayment" => Err(StateError::new("PaymentPending", "")),
                _ => Ok(json!({ "from": call.state })),
            },
        })
    };
    check_every_death(&order_saga(), &execution(), 5_000, silent_host).unwrap();
    let answering_host = |random| {
        silent_host(random).completing(|_| {
            Some(Answer {
                after_ms: 10_000,
                result: Ok(json!({ "outcome": "AUTHORIZED" })),
            })
        })
    };
    check_every_death(&order_saga(), &execution(), 5_000, answering_host).unwrap();
}

#[test]
fn a_finished_run_invokes_nothing_and_observes_nothing_again() {
    let whole = troubled_host(0.5);
    let expected = outcome_on(&whole, &order_saga());
    let replayed = troubled_host(0.5).with_journal(whole.journal_prefix(usize::MAX), whole.elapsed_ms());
    assert_eq!(outcome_on(&replayed, &order_saga()), expected);
    assert!(replayed.calls().is_empty() && replayed.history().is_empty());
}

#[test]
fn a_redrive_repeats_what_failed_and_nothing_that_succeeded() {
    let first = refusing_host(Some("VoidPayment"));
    let failed = Outcome::Failed(StateError::new("TransientFailure", "silence"));
    assert_eq!(outcome_on(&first, &order_saga()), failed);
    assert!(functions(&first).contains(&"ReleaseStock".to_owned()));
    let journal = redriven(&first.journal_prefix(first.records()));

    let again = refusing_host(Some("VoidPayment")).with_journal(journal.clone(), 1_000_000);
    assert_eq!(outcome_on(&again, &order_saga()), failed);
    let attempts = |host: &VirtualHost| functions(host).iter().filter(|name| *name == "VoidPayment").count();
    assert!(attempts(&first) > 1);
    assert_eq!(attempts(&again), attempts(&first), "all attempts are repeated");

    let second = refusing_host(None).with_journal(journal, 1_000_000);
    assert!(matches!(outcome_on(&second, &order_saga()), Outcome::Succeeded(_)));
    assert_eq!(functions(&second), ["VoidPayment", "RejectOrder", "NotifyCustomer"]);
}

#[test]
fn an_aborted_execution_resumes_where_it_stopped() {
    let whole = refusing_host(None);
    let expected = outcome_on(&whole, &order_saga());
    let failing = refusing_host(Some("VoidPayment"));
    outcome_on(&failing, &order_saga());
    for (aborted, of) in [(&whole, "succeeds"), (&failing, "fails")] {
        // Aborted after any record except the last, which is the outcome.
        for records in 0..aborted.records() {
            let again = refusing_host(None).with_journal(redriven(&aborted.journal_prefix(records)), 1_000_000);
            let outcome = outcome_on(&again, &order_saga());
            assert_eq!(outcome, expected, "of a run that {of}, after {records} records");
            assert!(functions(&again).len() <= functions(&whole).len());
        }
    }
}

#[test]
fn a_successful_execution_cannot_be_redriven() {
    let host = VirtualHost::new(0.5, |_| Answer::at_once(Ok(json!({}))));
    outcome_on(&host, &order_saga());
    assert_eq!(redrive(&host.journal_prefix(host.records()), 1), None);
}
