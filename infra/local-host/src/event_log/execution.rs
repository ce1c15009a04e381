//! Records an execution in the event log: its start and end, and every state on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use state_machine::Outcome;
use state_machine::history::{EventKind, HistoryEvent};

use super::record::{Record, Status, Step};
use super::{EventLog, bounded, nodes};
use crate::events::clock::now_ms;
use crate::prices;

/// Writes the records of one execution.
pub struct Recorder {
    log: Arc<EventLog>,
    /// Logical id of the state machine.
    machine: &'static str,
    execution: String,
    story: Option<String>,
    input: Value,
    transitions: AtomicU64,
}

impl Recorder {
    /// The story is the correlation id in the input.
    pub fn new(log: &Arc<EventLog>, machine: &'static str, execution: String, input: Value) -> Self {
        Self {
            log: Arc::clone(log),
            machine,
            execution,
            story: input["correlation_id"].as_str().map(str::to_owned),
            input,
            transitions: AtomicU64::new(0),
        }
    }

    pub(crate) fn started(&self) {
        self.log.record(self.starting());
    }

    /// The record of a start, for the caller's clock.
    pub fn starting(&self) -> Record {
        let text = format!("Execution {} starts", self.execution);
        self.about("execution_started", text)
            .that(Step::Begins)
            .with("input", bounded::shown(&self.input))
    }

    /// Records that an operator lets the execution run again.
    pub(crate) fn redriven(&self) {
        let text = format!("Execution {} continues where it failed", self.execution);
        let record = self.about("redriven", text).that(Step::Begins);
        self.log.record(record.leaving(Some(Status::Running)));
    }

    pub(crate) fn ended(&self, outcome: &Outcome) {
        self.log.record(self.ending(outcome));
    }

    /// The record of an end, for the caller's clock.
    pub fn ending(&self, outcome: &Outcome) -> Record {
        let (name, error, cause, output) = match outcome {
            Outcome::Succeeded(output) => ("SUCCEEDED", None, None, Some(bounded::shown(output))),
            Outcome::Failed(error) => ("FAILED", Some(&error.error), Some(&error.cause), None),
            Outcome::TimedOut => ("TIMED_OUT", None, None, None),
        };
        let result = output.as_ref().and_then(|output| output["outcome"].as_str());
        let status = match (outcome, result) {
            (Outcome::Succeeded(_), Some(result)) => Status::of_order(result).or(Some(Status::Succeeded)),
            (Outcome::Succeeded(_), None) => Some(Status::Succeeded),
            (Outcome::Failed(_) | Outcome::TimedOut, _) => Some(Status::Failed),
        };
        let text = format!("Execution {} ends: {}", self.execution, result.unwrap_or(name));
        self.about("execution_ended", text)
            .that(Step::Ends)
            .leaving(status)
            .with("status", name)
            .with("error", error.map(String::as_str))
            .with("cause", cause.map(|cause| bounded::shown(&json!(cause))))
            .with("output", output)
            .with("transitions", self.transitions.load(Ordering::Relaxed))
    }

    pub(crate) fn observe(&self, event: &HistoryEvent) {
        if let Some(record) = self.observed(event, now_ms()) {
            self.log.record(record);
        }
    }

    /// The record of a step of the execution at `now_ms`; `None` for one that another record shows.
    pub fn observed(&self, event: &HistoryEvent, now_ms: i64) -> Option<Record> {
        let state = &event.state;
        let record = match &event.kind {
            EventKind::StateEntered { state_type, input } => self
                .transition("state_entered", format!("{state} is entered"))
                .with("type", *state_type)
                .with("input", bounded::shown(input)),
            EventKind::StateExited { output, .. } => self
                .about("state_exited", format!("{state} is done"))
                .with("output", bounded::shown(output)),
            EventKind::TaskScheduled { attempt, .. } if *attempt > 0 => self
                .transition("state_retried", format!("{state} runs again, attempt {}", attempt + 1))
                .with("attempt", attempt + 1),
            EventKind::TaskFailed { error, cause } => self
                .about("state_failed", format!("{state} fails: {error}"))
                .with("error", error.as_str())
                .with("cause", bounded::shown(&json!(cause))),
            EventKind::TaskTimedOut => self
                .about("state_failed", format!("{state} fails: it is out of time"))
                .with("error", "States.Timeout"),
            EventKind::RetryScheduled { at_ms } => {
                let wait_ms = at_ms.saturating_sub(now_ms).max(0);
                self.about("state_waiting", format!("{state} waits {wait_ms} ms before its retry"))
                    .with("wait_ms", wait_ms)
            }
            EventKind::ErrorCaught { error, next } => self
                .about("state_caught", format!("{state} failed with {error}; {next} is next"))
                .with("error", error.as_str())
                .with("next", next.as_str()),
            EventKind::ExecutionStarted
            | EventKind::ExecutionSucceeded { .. }
            | EventKind::ExecutionFailed { .. }
            | EventKind::ExecutionTimedOut
            | EventKind::TaskScheduled { .. }
            | EventKind::TaskSucceeded { .. } => return None,
        };
        Some(record.with("state", state.as_str()).with("path", event.path.as_str()))
    }

    /// AWS bills each state that is entered and each retry.
    fn transition(&self, kind: &'static str, text: String) -> Record {
        self.transitions.fetch_add(1, Ordering::Relaxed);
        self.about(kind, text).costing(prices::TRANSITION.micro_usd)
    }

    fn about(&self, kind: &'static str, text: String) -> Record {
        Record::new(kind, text)
            .in_story(self.story.clone())
            .at(nodes::state_machine(self.machine))
            .with("machine", self.machine)
            .with("execution", self.execution.as_str())
    }
}
