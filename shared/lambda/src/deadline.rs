//! How long may a call to the outside take? Never longer than the invocation that waits for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What is kept of an invocation's time for telling its caller that a dependency did not answer.
pub const RESERVED_FOR_THE_ANSWER: Duration = Duration::from_millis(300);

/// Unix milliseconds; zero while no invocation runs. One for the process: an execution environment serves one invocation
/// at a time (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>), and tasks spawned by a handler
/// must see it as well, which a task-local value would not give them.
static DEADLINE_MS: AtomicU64 = AtomicU64::new(0);

/// Begins an invocation that Lambda ends at `deadline_ms`.
pub(crate) fn set(deadline_ms: u64) {
    DEADLINE_MS.store(deadline_ms, Ordering::Relaxed);
}

/// What is left for calls to the outside; `None` where nothing limits them, as in a test.
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
    fn a_call_gets_what_the_answer_does_not_need() {
        let now = UNIX_EPOCH + Duration::from_secs(9);
        assert_eq!(left(10_000, now), Some(Duration::from_millis(700)));
        assert_eq!(left(9_100, now), Some(Duration::ZERO));
        assert_eq!(left(8_000, now), Some(Duration::ZERO));
    }

    #[test]
    fn without_an_invocation_nothing_is_limited() {
        assert_eq!(left(0, SystemTime::now()), None);
    }
}
