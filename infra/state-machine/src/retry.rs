//! When is a failed state run again? Interval, backoff, ceiling and jitter, as `Retry` of the file says.

use crate::definition::Retrier;
use crate::errors;

/// Attempts counted per retrier, as Step Functions does.
pub(crate) struct RetryCounts(Vec<u32>);

impl RetryCounts {
    pub(crate) fn of(retriers: &[Retrier]) -> Self {
        Self(vec![0; retriers.len()])
    }

    /// How long to wait before the next attempt, in milliseconds; `None` when the state has failed for good.
    ///
    /// The first retrier that names the error decides alone: with its attempts used up, no later one is asked.
    pub(crate) fn delay_ms(
        &mut self,
        retriers: &[Retrier],
        error: &str,
        from_task: bool,
        random_unit: impl FnOnce() -> f64,
    ) -> Option<i64> {
        let index = retriers
            .iter()
            .position(|retrier| errors::matches(&retrier.errors, error, from_task))?;
        let (retrier, count) = (&retriers[index], &mut self.0[index]);
        if *count >= retrier.max_attempts {
            return None;
        }
        let delay_ms = full_delay_ms(retrier, *count);
        *count += 1;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float cast saturates, and delays are far below"
        )]
        Some(if retrier.full_jitter {
            (delay_ms * random_unit()) as i64
        } else {
            delay_ms as i64
        })
    }
}

fn full_delay_ms(retrier: &Retrier, retries_before: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a delay")]
    let seconds = |seconds: u64| seconds as f64;
    let exponent = i32::try_from(retries_before).unwrap_or(i32::MAX);
    let grown = seconds(retrier.interval_seconds) * retrier.backoff_rate.powi(exponent);
    let capped = retrier.max_delay_seconds.map_or(grown, |max| grown.min(seconds(max)));
    capped * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retrier(full_jitter: bool) -> Retrier {
        Retrier {
            errors: vec!["TransientFailure".to_owned()],
            interval_seconds: 1,
            max_attempts: 5,
            backoff_rate: 2.0,
            max_delay_seconds: Some(4),
            full_jitter,
        }
    }

    #[test]
    fn delays_double_up_to_their_ceiling_and_end_with_the_attempts() {
        let retriers = [retrier(false)];
        let mut counts = RetryCounts::of(&retriers);
        let mut delays = Vec::new();
        while let Some(delay_ms) = counts.delay_ms(&retriers, "TransientFailure", true, || 0.5) {
            delays.push(delay_ms);
        }
        assert_eq!(delays, [1_000, 2_000, 4_000, 4_000, 4_000]);
    }

    #[test]
    fn full_jitter_draws_between_nothing_and_the_whole_delay() {
        let retriers = [retrier(true)];
        let mut counts = RetryCounts::of(&retriers);
        assert_eq!(counts.delay_ms(&retriers, "TransientFailure", true, || 0.0), Some(0));
        assert_eq!(counts.delay_ms(&retriers, "TransientFailure", true, || 0.25), Some(500));
        assert_eq!(
            counts.delay_ms(&retriers, "TransientFailure", true, || 0.999),
            Some(3_996)
        );
    }

    #[test]
    fn an_error_that_no_retrier_names_is_final() {
        let retriers = [retrier(false)];
        assert_eq!(
            RetryCounts::of(&retriers).delay_ms(&retriers, "OutOfStock", true, || 0.5),
            None
        );
    }
}
