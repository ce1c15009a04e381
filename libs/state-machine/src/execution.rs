//! The parts of a running execution: its input and outcome, the visits of its states, and what interrupts them.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{State, StateMachine};
use crate::errors::{RUNTIME, StateError};
use crate::expression::Variables;
use crate::host::{Host, HostFailure};

/// Visits of all states in one execution; a loop without an end stops here, as the history limit stops it on AWS.
pub(crate) const VISITS_MAX: u32 = 25_000;

/// The start of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionInput {
    /// The execution's ARN.
    pub id: String,
    pub name: String,
    /// Unix milliseconds; the same at every run, for the machine's timeout counts from here.
    pub started_at_ms: i64,
    pub input: Value,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Succeeded(Value),
    Failed(StateError),
    /// The machine's own `TimeoutSeconds`: nothing inside it can catch that.
    TimedOut,
}

/// Why a state did not produce an output.
pub(crate) enum Interrupt {
    State(StateError),
    /// The machine's deadline has passed.
    TimedOut,
    Host(HostFailure),
}

impl From<StateError> for Interrupt {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<HostFailure> for Interrupt {
    fn from(failure: HostFailure) -> Self {
        Self::Host(failure)
    }
}

/// One branch or item. Boxed, because machines contain machines.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Value, Interrupt>> + Send + 'a>>;

/// A limit on time, which stands still while no process runs.
#[derive(Clone, Copy)]
pub(crate) struct Timeout {
    pub(crate) counts_from_ms: i64,
    pub(crate) limit_ms: i64,
}

impl Timeout {
    pub(crate) fn deadline_ms(self, host: &dyn Host) -> i64 {
        let downtime_ms = host.downtime_ms_since(self.counts_from_ms);
        self.counts_from_ms
            .saturating_add(self.limit_ms)
            .saturating_add(downtime_ms)
    }

    /// Returns when the limit is reached. Looks again after each sleep: a machine that was suspended meanwhile wakes up
    /// behind a deadline that has moved on.
    pub(crate) async fn reached(self, host: &dyn Host) {
        loop {
            let deadline_ms = self.deadline_ms(host);
            if host.now_ms() >= deadline_ms {
                return;
            }
            host.sleep_until(deadline_ms).await;
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Interpreter<'a> {
    pub(crate) machine: &'a StateMachine,
    pub(crate) execution: &'a ExecutionInput,
    pub(crate) host: &'a dyn Host,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) visits: &'a AtomicU32,
}

impl Interpreter<'_> {
    pub(crate) fn count_visit(&self) -> Result<(), StateError> {
        if self.visits.fetch_add(1, Ordering::Relaxed) < VISITS_MAX {
            return Ok(());
        }
        Err(StateError::new(
            RUNTIME,
            format!("more than {VISITS_MAX} states were visited"),
        ))
    }
}

/// The start of one machine's states: of the whole file, a branch or an item.
pub(crate) struct Scope {
    pub(crate) input: Value,
    /// Those of the states around it. What is assigned inside does not leave.
    pub(crate) variables: Variables,
    /// Begins every path inside.
    pub(crate) prefix: String,
    /// The innermost Map's `Index` and `Value`.
    pub(crate) item: Option<Value>,
}

/// One visit of one state.
pub(crate) struct Visit<'a> {
    pub(crate) name: &'a str,
    pub(crate) state: &'a State,
    pub(crate) path: String,
    pub(crate) entered_at_ms: i64,
    /// Entered just now, and not by a replay.
    pub(crate) is_new: bool,
    pub(crate) input: Value,
    pub(crate) item: Option<Value>,
}

/// The output of a state and its successor.
pub(crate) struct Step<'a> {
    pub(crate) output: Value,
    /// `None` ends the machine.
    pub(crate) next: Option<&'a str>,
}
