//! Milliseconds since an invocation started, for its log line.

use std::time::Instant;

pub(crate) fn elapsed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
