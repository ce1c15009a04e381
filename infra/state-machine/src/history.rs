//! What is told about an execution while it runs? Events shaped after the history of AWS Step Functions.

use serde_json::Value;

/// One event. An event that a replay passes again is not told again.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEvent {
    pub timestamp_ms: i64,
    pub kind: EventKind,
    /// Name of the state, as in the file.
    pub state: String,
    /// Place of the state in this execution: names, visits, branch numbers.
    pub path: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// `TaskStateEntered`, `ChoiceStateEntered` …, after the state's type.
    StateEntered {
        state_type: &'static str,
    },
    StateExited {
        state_type: &'static str,
        output: Value,
    },
    TaskScheduled {
        function: String,
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
    /// A `Retry` will run the state again at this time.
    RetryScheduled {
        at_ms: i64,
    },
    /// A `Catch` goes on with another state.
    ErrorCaught {
        error: String,
        next: String,
    },
}

impl EventKind {
    /// The name that the history of AWS Step Functions gives it, where it has one.
    pub fn name(&self) -> String {
        match self {
            Self::StateEntered { state_type } => format!("{state_type}StateEntered"),
            Self::StateExited { state_type, .. } => format!("{state_type}StateExited"),
            Self::TaskScheduled { .. } => "TaskScheduled".to_owned(),
            Self::TaskSucceeded { .. } => "TaskSucceeded".to_owned(),
            Self::TaskFailed { .. } => "TaskFailed".to_owned(),
            Self::TaskTimedOut => "TaskTimedOut".to_owned(),
            Self::RetryScheduled { .. } => "RetryScheduled".to_owned(),
            Self::ErrorCaught { .. } => "ErrorCaught".to_owned(),
        }
    }
}
