//! How many requests at once? A token bucket per stage, as the template's `DefaultRouteSettings` say.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

pub(super) struct TokenBucket {
    rate_per_second: f64,
    burst: f64,
    state: Mutex<(f64, Instant)>,
}

impl TokenBucket {
    /// `None` when the template sets no limit.
    pub(super) fn of(rate_per_second: Option<f64>, burst: Option<u32>) -> Option<Self> {
        let (rate_per_second, burst) = (rate_per_second?, f64::from(burst?));
        Some(Self {
            rate_per_second,
            burst,
            state: Mutex::new((burst, Instant::now())),
        })
    }

    pub(super) fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, filled_at) = *state;
        let tokens =
            (tokens + now.saturating_duration_since(filled_at).as_secs_f64() * self.rate_per_second).min(self.burst);
        let granted = tokens >= 1.0;
        *state = (if granted { tokens - 1.0 } else { tokens }, now);
        granted
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_granted_and_then_the_rate() {
        let bucket = TokenBucket::of(Some(10.0), Some(3)).unwrap();
        let now = Instant::now();
        assert_eq!((0..5).filter(|_| bucket.take_at(now)).count(), 3);
        assert!(!bucket.take_at(now + Duration::from_millis(50)));
        assert!(bucket.take_at(now + Duration::from_millis(110)));
        let much_later = now + Duration::from_secs(60);
        assert_eq!(
            (0..5).filter(|_| bucket.take_at(much_later)).count(),
            3,
            "no more than the burst"
        );
    }
}
