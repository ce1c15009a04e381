//! Limits calls to AWS to the time that is left in the invocation.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time that is reserved at the end of an invocation to report that a dependency did not answer.
pub const RESERVED_FOR_THE_ANSWER: Duration = Duration::from_millis(300);

/// The deadline of the current invocation in Unix milliseconds; zero before the first one.
///
/// A value of the process is enough, because an execution environment serves one invocation at a time
/// (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>). Tasks that a handler spawns need it, too,
/// and would not get a task-local value.
static DEADLINE_MS: AtomicU64 = AtomicU64::new(0);

/// Sets the deadline of the invocation that starts.
pub(crate) fn set(deadline_ms: u64) {
    DEADLINE_MS.store(deadline_ms, Ordering::Relaxed);
}

/// The time left for calls to AWS. `None` without an invocation, as in a test.
pub fn remaining() -> Option<Duration> {
    left(DEADLINE_MS.load(Ordering::Relaxed), SystemTime::now())
}

fn left(deadline_ms: u64, now: SystemTime) -> Option<Duration> {
    if deadline_ms == 0 {
        return None;
    }
    let deadline = UNIX_EPOCH + Duration::from_millis(deadline_ms);
    let left = deadline.duration_since(now).unwrap_or_default();
    Some(left.saturating_sub(RESERVED_FOR_THE_ANSWER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_gets_the_time_that_is_not_reserved() {
        let now = UNIX_EPOCH + Duration::from_secs(9);
        assert_eq!(left(10_000, now), Some(Duration::from_millis(700)));
        assert_eq!(left(9_100, now), Some(Duration::ZERO));
        assert_eq!(left(8_000, now), Some(Duration::ZERO));
    }

    #[test]
    fn without_an_invocation_calls_are_not_limited() {
        assert_eq!(left(0, SystemTime::now()), None);
    }
}
