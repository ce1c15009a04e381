//! The deadline of an invocation, as the domain's time.

use domain::values::Timestamp;

/// When Lambda ends the invocation. `deadline_ms` is in Unix milliseconds, as in the invocation's context.
pub fn deadline(deadline_ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(deadline_ms.try_into().unwrap_or(i64::MAX))
}
