//! What does Lambda hand to a function, and what does it want back?

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// One event and what is known about its delivery. Has no `Debug`: a whole event never belongs in a log.
pub struct Invocation {
    pub event: Event,
    pub context: InvocationContext,
}

impl Invocation {
    /// An invocation that does not come from Lambda: without a trace, and not the first of its environment.
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

/// What happened, as it came: text from Lambda, a value from whoever runs functions in his own process.
///
/// Nothing is read before somebody says what he takes it for. A tree of all of its members, most of which nobody asks for,
/// would be a sixth of what a warm `orders-get` has to do.
pub struct Event(Form);

enum Form {
    Text(Box<RawValue>),
    Value(Value),
}

impl Event {
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
    /// The X-Ray trace header of this invocation, not the one left in the environment by an earlier one.
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

/// A failed invocation in Lambda's own shape, `{"errorType": …, "errorMessage": …}`.
///
/// Both texts end up where others read them, such as an execution history: the type is a stable name set by hand, and
/// the message says nothing internal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    pub error_type: String,
    pub error_message: String,
}

impl FunctionError {
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
        let error = FunctionError::new("StepPanicked", "the step ended unexpectedly");
        assert_eq!(
            serde_json::to_value(error).unwrap(),
            serde_json::json!({"errorType": "StepPanicked", "errorMessage": "the step ended unexpectedly"})
        );
    }
}
