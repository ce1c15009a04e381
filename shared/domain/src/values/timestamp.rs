//! An instant in Unix milliseconds. Formatting it is up to the crate that shows it.

use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant this many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        Self(unix_ms)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// Saturates at the end of representable time, some 292 million years away.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Saturates like [`Self::plus`].
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// The time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0).try_into().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_and_subtracting_stay_in_range() {
        let now = Timestamp::from_unix_ms(1_000);
        assert_eq!(now.plus(Duration::from_secs(2)).unix_ms(), 3_000);
        assert_eq!(now.minus(Duration::from_secs(2)).unix_ms(), -1_000);
        assert_eq!(now.plus(Duration::MAX).unix_ms(), i64::MAX);
        assert_eq!(now.since(Timestamp::from_unix_ms(400)), Duration::from_millis(600));
        assert_eq!(now.since(Timestamp::from_unix_ms(1_001)), Duration::ZERO);
    }
}
