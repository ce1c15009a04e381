//! The units of rates and credit. Both are integers: a rate in thousandths of a row per second, credit in
//! millionths of a row, so a rate times milliseconds is a credit.

use crate::values::Timestamp;

pub(super) const ROW_PER_SECOND: u64 = 1_000;
pub(super) const ROW: u64 = 1_000_000;

/// Zero if the clock was set back.
pub(super) fn milliseconds(from: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(until.unix_ms() - from.unix_ms()).unwrap_or(0)
}

pub(super) fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
