//! Computes when a failed state runs again: interval, backoff, ceiling and jitter, as `Retry` of the file says.

use crate::definition::Retrier;
use crate::errors;

/// The longest delay, a year, as AWS has it; also where backoff without a ceiling ends.
pub(crate) const DELAY_SECONDS_MAX: u64 = 31_622_400;

/// Attempts counted per retrier, as Step Functions does.
pub(crate) struct RetryCounts(Vec<u32>);

/// The wait before the next attempt.
#[derive(Debug, PartialEq)]
pub(crate) struct Delay {
    longest_ms: f64,
    full_jitter: bool,
}

impl Delay {
    /// In milliseconds. Draws only where the file asks for jitter.
    pub(crate) fn drawn_ms(&self, random_unit: impl FnOnce() -> f64) -> i64 {
        let share = if self.full_jitter { random_unit() } else { 1.0 };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "fractions of a millisecond do not matter, and a year fits"
        )]
        let delay_ms = (self.longest_ms * share) as i64;
        delay_ms
    }
}

impl RetryCounts {
    pub(crate) fn of(retriers: &[Retrier]) -> Self {
        Self(vec![0; retriers.len()])
    }

    /// The wait before the next attempt; `None` when the state has failed for good.
    ///
    /// Only the first retrier that names the error decides: once its attempts are used up, no later one is asked.
    pub(crate) fn next(&mut self, retriers: &[Retrier], error: &str, in_parallel: bool) -> Option<Delay> {
        let names_it = |retrier: &Retrier| errors::matches(&retrier.errors, error, in_parallel);
        let index = retriers.iter().position(names_it)?;
        let (retrier, count) = (&retriers[index], &mut self.0[index]);
        if *count >= retrier.max_attempts {
            return None;
        }
        let delay = Delay {
            longest_ms: longest_ms(retrier, *count),
            full_jitter: retrier.full_jitter,
        };
        *count += 1;
        Some(delay)
    }
}

fn longest_ms(retrier: &Retrier, retries_before: u32) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "parsing keeps seconds below a hundred million"
    )]
    let seconds = |seconds: u64| seconds as f64;
    let exponent = i32::try_from(retries_before).unwrap_or(i32::MAX);
    let grown = seconds(retrier.interval_seconds) * retrier.backoff_rate.powi(exponent);
    let ceiling = retrier.max_delay_seconds.unwrap_or(DELAY_SECONDS_MAX);
    grown.min(seconds(ceiling)) * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAKY: &str = "TransientFailure";

    fn retrier(full_jitter: bool) -> Retrier {
        Retrier {
            errors: vec![FLAKY.to_owned()],
            interval_seconds: 1,
            max_attempts: 5,
            backoff_rate: 2.0,
            max_delay_seconds: Some(4),
            full_jitter,
        }
    }

    fn delays_ms(retrier: Retrier, random_unit: f64) -> Vec<i64> {
        let retriers = [retrier];
        let mut counts = RetryCounts::of(&retriers);
        std::iter::from_fn(|| counts.next(&retriers, FLAKY, false))
            .map(|delay| delay.drawn_ms(|| random_unit))
            .collect()
    }

    #[test]
    fn delays_double_up_to_their_ceiling_and_end_with_the_attempts() {
        assert_eq!(delays_ms(retrier(false), 0.5), [1_000, 2_000, 4_000, 4_000, 4_000]);
    }

    #[test]
    fn full_jitter_draws_between_nothing_and_the_whole_delay() {
        assert_eq!(delays_ms(retrier(true), 0.0), [0; 5]);
        assert_eq!(delays_ms(retrier(true), 0.25), [250, 500, 1_000, 1_000, 1_000]);
        assert_eq!(delays_ms(retrier(true), 0.999), [999, 1_998, 3_996, 3_996, 3_996]);
    }

    #[test]
    fn backoff_without_a_ceiling_ends_at_a_year() {
        let endless = Retrier {
            max_attempts: 5_000,
            max_delay_seconds: None,
            ..retrier(false)
        };
        assert_eq!(delays_ms(endless, 0.5).last(), Some(&31_622_400_000));
    }

    #[test]
    fn an_error_that_no_retrier_names_is_final() {
        let retriers = [retrier(false)];
        assert_eq!(RetryCounts::of(&retriers).next(&retriers, "OutOfStock", false), None);
    }

    #[test]
    fn each_retrier_counts_for_itself_and_the_first_that_names_the_error_decides() {
        let once = Retrier {
            max_attempts: 1,
            ..retrier(false)
        };
        let rest = Retrier {
            errors: vec!["States.ALL".to_owned()],
            ..retrier(false)
        };
        let retriers = [once, rest];
        let mut counts = RetryCounts::of(&retriers);
        assert!(counts.next(&retriers, FLAKY, false).is_some());
        assert!(counts.next(&retriers, "Other", false).is_some());
        assert_eq!(counts.next(&retriers, FLAKY, false), None);
    }
}
