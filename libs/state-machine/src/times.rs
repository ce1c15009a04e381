//! Parses the times of a file: seconds and timestamps, literal or from an expression.

use jiff::Timestamp;
use serde_json::Value;

/// The longest timeout or wait in seconds, as AWS has it.
pub(crate) const SECONDS_MAX: u64 = 99_999_999;

pub(crate) fn seconds(value: &Value, at_least: u64) -> Option<u64> {
    value
        .as_u64()
        .filter(|seconds| (at_least..=SECONDS_MAX).contains(seconds))
}

pub(crate) fn timestamp(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

pub(crate) fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)
}
