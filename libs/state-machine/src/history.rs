//! What is told about an execution while it runs? Events shaped after the history of AWS Step Functions.

use serde_json::Value;

/// One event. Told at most once: an event that a replay passes again is not told again, and one that was due when the
/// process died may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEvent {
    pub timestamp_ms: i64,
    pub kind: EventKind,
    /// Name of the state, as in the file; empty for the execution's own events.
    pub state: String,
    /// Place of the state in this execution: names, visits, attempts, branch numbers. Empty where `state` is.
    pub path: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    ExecutionStarted,
    ExecutionSucceeded {
        output: Value,
    },
    ExecutionFailed {
        error: String,
        cause: String,
    },
    ExecutionTimedOut,
    /// `TaskStateEntered`, `ChoiceStateEntered` …, after the state's type.
    StateEntered {
        state_type: &'static str,
        input: Value,
    },
    /// Told when the next state is entered, or its branch or the execution ends. A state that failed is not exited,
    /// one whose error was caught is.
    StateExited {
        state_type: &'static str,
        output: Value,
    },
    TaskScheduled {
        function: String,
        /// From 0.
        attempt: u32,
    },
    TaskSucceeded {
        output: Value,
    },
    TaskFailed {
        error: String,
        cause: String,
    },
    TaskTimedOut,
    /// A `Retry` will run the state again at this time. The history of AWS leaves it to the next attempt to tell.
    RetryScheduled {
        at_ms: i64,
    },
    /// A `Catch` goes on with another state. The history of AWS leaves it to that state to tell.
    ErrorCaught {
        error: String,
        next: String,
    },
}

impl EventKind {
    /// The name that the history of AWS Step Functions gives it, where it has one.
    pub fn name(&self) -> String {
        let name = match self {
            Self::StateEntered { state_type, .. } => return format!("{state_type}StateEntered"),
            Self::StateExited { state_type, .. } => return format!("{state_type}StateExited"),
            Self::ExecutionStarted => "ExecutionStarted",
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Self::ExecutionFailed { .. } => "ExecutionFailed",
            Self::ExecutionTimedOut => "ExecutionTimedOut",
            Self::TaskScheduled { .. } => "TaskScheduled",
            Self::TaskSucceeded { .. } => "TaskSucceeded",
            Self::TaskFailed { .. } => "TaskFailed",
            Self::TaskTimedOut => "TaskTimedOut",
            Self::RetryScheduled { .. } => "RetryScheduled",
            Self::ErrorCaught { .. } => "ErrorCaught",
        };
        name.to_owned()
    }
}
