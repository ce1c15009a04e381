//! Which errors does a name in `ErrorEquals` stand for?

use serde::{Deserialize, Serialize};

pub(crate) const ALL: &str = "States.ALL";
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
pub(crate) const TIMEOUT: &str = "States.Timeout";
pub(crate) const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
pub(crate) const RUNTIME: &str = "States.Runtime";
pub(crate) const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
pub(crate) const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";

/// An error as `Retry` and `Catch` see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateError {
    pub error: String,
    pub cause: String,
}

impl StateError {
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            cause: cause.into(),
        }
    }
}

/// Whether one of `names` stands for `error`. `from_task`: the error came out of a task and not of the interpreter.
///
/// `States.ALL` leaves out `States.DataLimitExceeded` and `States.Runtime`, and `States.TaskFailed` leaves out timeouts
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>).
pub(crate) fn matches(names: &[String], error: &str, from_task: bool) -> bool {
    names.iter().any(|name| match name.as_str() {
        ALL => !matches!(error, DATA_LIMIT_EXCEEDED | RUNTIME),
        TASK_FAILED => error == TASK_FAILED || (from_task && error != TIMEOUT && error != DATA_LIMIT_EXCEEDED),
        name => name == error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn all_does_not_stand_for_what_cannot_be_caught() {
        assert!(matches(&names(&[ALL]), "OutOfStock", true));
        assert!(matches(&names(&[ALL]), TIMEOUT, false));
        assert!(!matches(&names(&[ALL]), DATA_LIMIT_EXCEEDED, false));
        assert!(!matches(&names(&[ALL]), RUNTIME, false));
        assert!(matches(&names(&[DATA_LIMIT_EXCEEDED]), DATA_LIMIT_EXCEEDED, false));
    }

    #[test]
    fn task_failed_stands_for_every_error_of_a_task_but_a_timeout() {
        assert!(matches(&names(&[TASK_FAILED]), "OutOfStock", true));
        assert!(!matches(&names(&[TASK_FAILED]), TIMEOUT, true));
        assert!(!matches(&names(&[TASK_FAILED]), "OutOfStock", false));
    }
}
