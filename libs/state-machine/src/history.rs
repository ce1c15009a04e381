//! The events of a running execution, shaped after the history of AWS Step Functions.

use serde_json::Value;

/// One event. It is reported at most once: a replay does not repeat it, and an event that was due when the process died
/// may be missing.
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
    /// Reported when the next state is entered, or when its branch or the execution ends. A state that failed is not
    /// exited; a state whose error was caught is.
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
    /// A `Retry` will run the state again at this time. The history of AWS has no such event.
    RetryScheduled {
        at_ms: i64,
    },
    /// A `Catch` continues with another state. The history of AWS has no such event.
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
