//! The names of errors, and which errors a name in `ErrorEquals` matches.

use serde::{Deserialize, Serialize};

pub(crate) const ALL: &str = "States.ALL";
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
pub(crate) const TIMEOUT: &str = "States.Timeout";
pub(crate) const BRANCH_FAILED: &str = "States.BranchFailed";
pub(crate) const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
pub(crate) const RUNTIME: &str = "States.Runtime";
pub(crate) const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
pub(crate) const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";

/// Begins every error name of the language. Error names of functions begin differently.
pub(crate) const RESERVED_PREFIX: &str = "States.";
/// The names of the language that a file may handle. `States.Runtime` always ends the execution; the rest belongs to
/// features that are not supported.
pub(crate) const HANDLED: [&str; 8] = [
    ALL,
    TASK_FAILED,
    TIMEOUT,
    BRANCH_FAILED,
    DATA_LIMIT_EXCEEDED,
    QUERY_EVALUATION_ERROR,
    NO_CHOICE_MATCHED,
    // Only AWS reports it: there are no permissions here.
    "States.Permissions",
];

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

/// Whether one of `names` stands for `error`. `in_parallel`: it ended a Parallel, whose branch it came from.
///
/// `States.ALL` leaves out `States.DataLimitExceeded` and `States.Runtime`; `States.TaskFailed` is a wildcard as well,
/// which leaves out timeouts too
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>).
pub(crate) fn matches(names: &[String], error: &str, in_parallel: bool) -> bool {
    if error == RUNTIME {
        return false;
    }
    names.iter().any(|name| match name.as_str() {
        ALL => error != DATA_LIMIT_EXCEEDED,
        TASK_FAILED => !matches!(error, TIMEOUT | DATA_LIMIT_EXCEEDED),
        BRANCH_FAILED => error == BRANCH_FAILED || (in_parallel && error != DATA_LIMIT_EXCEEDED),
        name => name == error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands_for(name: &str, error: &str) -> bool {
        matches(&[name.to_owned()], error, false)
    }

    #[test]
    fn all_does_not_stand_for_what_cannot_be_caught() {
        assert!(stands_for(ALL, "OutOfStock"));
        assert!(stands_for(ALL, TIMEOUT));
        assert!(!stands_for(ALL, DATA_LIMIT_EXCEEDED));
        assert!(!stands_for(ALL, RUNTIME));
        assert!(stands_for(DATA_LIMIT_EXCEEDED, DATA_LIMIT_EXCEEDED));
        assert!(!stands_for(RUNTIME, RUNTIME), "it always ends the execution");
    }

    #[test]
    fn task_failed_stands_for_every_error_but_a_timeout() {
        assert!(stands_for(TASK_FAILED, "OutOfStock"));
        assert!(!stands_for(TASK_FAILED, TIMEOUT));
        assert!(!stands_for(TASK_FAILED, DATA_LIMIT_EXCEEDED));
    }

    #[test]
    fn branch_failed_stands_for_whatever_ended_a_parallel() {
        let names = [BRANCH_FAILED.to_owned()];
        assert!(matches(&names, "OutOfStock", true));
        assert!(!matches(&names, "OutOfStock", false));
    }
}
