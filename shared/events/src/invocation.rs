//! An invocation of a function: the event, its context, and the answer or error that Lambda expects.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// One event with its context. It has no `Debug`, so that no log line can contain a whole event.
pub struct Invocation {
    /// The event.
    pub event: Event,
    /// Ids, deadline and trace of the invocation.
    pub context: InvocationContext,
}

impl Invocation {
    /// An invocation by the local host or a test: without a trace, and not a cold start.
    pub fn local(function_name: &str, request_id: &str, deadline_ms: u64, event: Value) -> Self {
        Self {
            event: event.into(),
            context: InvocationContext {
                function_name: function_name.to_owned(),
                request_id: request_id.to_owned(),
                deadline_ms,
                ends_at: None,
                trace_id: None,
                cold_start: false,
            },
        }
    }
}

/// An event that is not parsed yet: JSON text from Lambda, or a value from the local host and tests.
///
/// Each function parses it into the type that it needs. Parsing all members into a [`Value`] first would take a sixth
/// of the time of a warm `orders-get`.
pub struct Event(Form);

enum Form {
    Text(Box<RawValue>),
    Value(Value),
}

impl Event {
    /// Parses the event.
    pub fn read<T: DeserializeOwned>(self) -> serde_json::Result<T> {
        match self.0 {
            Form::Text(text) => serde_json::from_str(text.get()),
            Form::Value(value) => serde_json::from_value(value),
        }
    }
}

impl From<Value> for Event {
    fn from(value: Value) -> Self {
        Self(Form::Value(value))
    }
}

impl From<Box<RawValue>> for Event {
    fn from(text: Box<RawValue>) -> Self {
        Self(Form::Text(text))
    }
}

/// Ids, deadline and trace of an invocation.
#[derive(Debug, Clone)]
pub struct InvocationContext {
    /// The function's name in the template.
    pub function_name: String,
    /// Lambda's id of this invocation; a retry of an asynchronous event keeps it.
    pub request_id: String,
    /// When Lambda ends this invocation, in Unix milliseconds.
    pub deadline_ms: u64,
    /// The same by the clock of this process. `None` where nothing ends an invocation, as in simulated time.
    pub ends_at: Option<Instant>,
    /// The X-Ray trace header of this invocation. Not from the environment, where it may be that of an earlier one.
    pub trace_id: Option<String>,
    /// Whether this is the first invocation of its execution environment.
    pub cold_start: bool,
}

impl InvocationContext {
    /// The time left at `now_ms`; zero once the deadline has passed.
    pub fn remaining(&self, now_ms: u64) -> Duration {
        Duration::from_millis(self.deadline_ms.saturating_sub(now_ms))
    }
}

/// The answer of an invocation. Lambda reports an `Err` as a function error.
pub type Reply = Result<Value, FunctionError>;

/// A failed invocation in the form that Lambda defines, `{"errorType": …, "errorMessage": …}`.
///
/// Execution histories and other services show both texts. So the type is a stable name, and the message contains no
/// internal details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// A stable name, which `Catch` and `Retry` can match.
    pub error_type: String,
    /// A message for operators, without internal details.
    pub error_message: String,
}

impl FunctionError {
    /// An error with this name and message.
    pub fn new(error_type: impl Into<String>, error_message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.into(),
            error_message: error_message.into(),
        }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.error_type, self.error_message)
    }
}

impl std::error::Error for FunctionError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> InvocationContext {
        InvocationContext {
            function_name: "orders-place".to_owned(),
            request_id: "request-1".to_owned(),
            deadline_ms: 10_000,
            ends_at: None,
            trace_id: None,
            cold_start: true,
        }
    }

    #[test]
    fn the_remaining_time_never_goes_below_zero() {
        let context = context();
        assert_eq!(context.remaining(9_750), Duration::from_millis(250));
        assert_eq!(context.remaining(10_001), Duration::ZERO);
    }

    #[test]
    fn a_function_error_has_the_names_that_lambda_reads() {
        let error = FunctionError::new("StepPanicked", "the step panicked");
        assert_eq!(
            serde_json::to_value(error).unwrap(),
            serde_json::json!({"errorType": "StepPanicked", "errorMessage": "the step panicked"})
        );
    }
}
