//! Throttles requests by token buckets, with the limits of the template's `DefaultRouteSettings` and `RouteSettings`.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::template::ThrottlingSpec;

pub(super) struct TokenBucket {
    spec: ThrottlingSpec,
    state: Mutex<(f64, Instant)>,
}

impl TokenBucket {
    pub(super) fn new(spec: ThrottlingSpec) -> Self {
        Self {
            spec,
            state: Mutex::new((f64::from(spec.burst), Instant::now())),
        }
    }

    pub(super) fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, filled_at) = *state;
        let since_seconds = now.saturating_duration_since(filled_at).as_secs_f64();
        let tokens = (tokens + since_seconds * f64::from(self.spec.rate_per_second)).min(f64::from(self.spec.burst));
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
        let bucket = TokenBucket::new(ThrottlingSpec {
            rate_per_second: 10,
            burst: 3,
        });
        let now = Instant::now();
        assert_eq!((0..5).filter(|_| bucket.take_at(now)).count(), 3);
        assert!(!bucket.take_at(now + Duration::from_millis(50)));
        assert!(bucket.take_at(now + Duration::from_millis(110)));
        let much_later = now + Duration::from_mins(1);
        assert_eq!(
            (0..5).filter(|_| bucket.take_at(much_later)).count(),
            3,
            "no more than the burst"
        );
    }
}
