//! Checks that an execution finishes in the same way wherever its process dies: for tests of state machine files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::definition::StateMachine;
use crate::execution::{ExecutionInput, Outcome};
use crate::history::{EventKind, HistoryEvent};
use crate::virtual_host::VirtualHost;

/// Fixed, so that a failure can be repeated; different, so that a delay that is drawn again is found out.
const RANDOM: f64 = 0.5;
const RANDOM_AFTER_DEATH: f64 = 0.9;

/// The difference that a death made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, where the process died after {records} records")]
pub struct DeathFault {
    /// Records that the journal took before the process died.
    pub records: usize,
    pub what: String,
}

/// Runs the execution once as a whole. Then kills it after every number of records and resumes it in another process,
/// `downtime_ms` later. Returns the number of deaths, if none of them
///
/// - changes the outcome,
/// - repeats an attempt whose answer was recorded, or one in branches that had failed,
/// - makes an attempt that is not part of the undisturbed run,
/// - observes an event twice, or loses that a state was entered.
///
/// `host` makes a world with the functions' answers, by the number that it draws for every jitter.
pub fn check_every_death(
    machine: &StateMachine,
    execution: &ExecutionInput,
    downtime_ms: i64,
    host: impl Fn(f64) -> VirtualHost,
) -> Result<usize, DeathFault> {
    let whole = host(RANDOM);
    let expected = Expected {
        outcome: finished(&whole, machine, execution).map_err(|what| DeathFault { records: 0, what })?,
        calls: paths(&whole).collect(),
        observed: once(&whole.history()).into_iter().collect(),
    };
    for records in 0..whole.records() {
        let fault = |what| DeathFault { records, what };
        let dying = host(RANDOM).dying_after(records);
        if !matches!(dying.run(machine, execution), Some(Err(_))) {
            return Err(fault("the dying process answered with an outcome".to_owned()));
        }
        let journal = dying.journal_prefix(records);
        let resumed =
            host(RANDOM_AFTER_DEATH).with_journal(journal.clone(), dying.elapsed_ms().saturating_add(downtime_ms));
        let outcome = finished(&resumed, machine, execution).map_err(fault)?;
        expected.check_outcome(&outcome).map_err(fault)?;
        expected.check_calls(&resumed, &journal).map_err(fault)?;
        let observed = [dying.history(), resumed.history()].concat();
        expected.check_events(once(&observed)).map_err(fault)?;
    }
    Ok(whole.records())
}

/// Of the run that nothing disturbed.
struct Expected {
    outcome: Outcome,
    calls: BTreeSet<String>,
    observed: BTreeSet<Place>,
}

/// Name and path of an event, and the attempt of a task.
type Place = (String, String, Option<u32>);

impl Expected {
    fn check_outcome(&self, outcome: &Outcome) -> Result<(), String> {
        if *outcome == self.outcome {
            return Ok(());
        }
        Err(format!("the outcome is {outcome:?} instead of {:?}", self.outcome))
    }

    fn check_calls(&self, resumed: &VirtualHost, journal: &BTreeMap<String, Value>) -> Result<(), String> {
        for path in paths(resumed) {
            if !self.calls.contains(&path) {
                return Err(format!("{path} is not part of the undisturbed run"));
            }
            if journal.contains_key(&format!("{path}/answer")) {
                return Err(format!("{path} was repeated though its answer was recorded"));
            }
            let (around, _) = path.split_once("/0/").unwrap_or_default();
            if journal.contains_key(&format!("{around}/0/failed")) {
                return Err(format!("{path} was repeated though its branches had failed"));
            }
        }
        Ok(())
    }

    fn check_events(&self, observed: Vec<Place>) -> Result<(), String> {
        let mut places = BTreeSet::new();
        for place in observed {
            if let Some((name, path, _)) = places.replace(place) {
                return Err(format!("{name} of {path:?} was observed twice"));
            }
        }
        let is_lost = |place: &&Place| place.0.ends_with("Entered") && !places.contains(*place);
        match self.observed.iter().find(is_lost) {
            None => Ok(()),
            Some((name, path, _)) => Err(format!("{name} of {path:?} was never observed")),
        }
    }
}

fn finished(host: &VirtualHost, machine: &StateMachine, execution: &ExecutionInput) -> Result<Outcome, String> {
    match host.run(machine, execution) {
        Some(Ok(outcome)) => Ok(outcome),
        Some(Err(failure)) => Err(failure.to_string()),
        None => Err("the execution stands still".to_owned()),
    }
}

fn paths(host: &VirtualHost) -> impl Iterator<Item = String> {
    host.calls().into_iter().map(|call| call.path)
}

/// The events of states and of the execution: those of a task have the same path for every attempt, and only the
/// scheduling says which.
fn once(history: &[HistoryEvent]) -> Vec<Place> {
    let place = |event: &HistoryEvent| {
        let attempt = match event.kind {
            EventKind::TaskScheduled { attempt, .. } => Some(attempt),
            _ => None,
        };
        (event.kind.name(), event.path.clone(), attempt)
    };
    let is_single =
        |(name, ..): &Place| name.starts_with("Execution") || name.contains("State") || name == "TaskScheduled";
    history.iter().map(place).filter(is_single).collect()
}
