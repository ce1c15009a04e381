//! The failure of a port, as an answer over HTTP and as an error of a step.

use std::borrow::Borrow;

use domain::ports::PortFailure;
use entry::problem::Problem;
use entry::step::StepError;

/// 503 with `Retry-After` if a retry can help, 500 otherwise. The failure and its sources go to the log only.
pub fn problem(failure: impl Borrow<PortFailure>) -> Problem {
    let failure = failure.borrow();
    if failure.transient {
        Problem::unavailable(failure)
    } else {
        Problem::internal(failure)
    }
}

/// `TransientFailure`, which state machines retry, if a retry can help; `InternalFailure` otherwise.
pub fn step_error(failure: impl Borrow<PortFailure>) -> StepError {
    let failure = failure.borrow();
    if failure.transient {
        StepError::transient(failure)
    } else {
        StepError::internal(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_transient_failure_asks_for_a_retry() {
        let failure = |transient| PortFailure {
            action: "save order",
            transient,
            source: None,
        };
        assert_eq!(problem(failure(true)).status, 503);
        assert_eq!(problem(failure(false)).status, 500);
        assert_eq!(step_error(failure(true)).name, "TransientFailure");
        assert_eq!(step_error(failure(false)).name, "InternalFailure");
    }
}
