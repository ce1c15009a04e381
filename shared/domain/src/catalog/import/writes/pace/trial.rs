//! Decides whether a lowered rate is low enough, by the answers to rows that were sent at that rate.
//!
//! ```text
//!  turns    1 2 3 4 5 6 | 7 8 9 10 11 | 12 13 14 15 ...
//!           old rows    | not counted | the sample
//!                       |             |
//!              the rate is lowered    the last old row is answered
//! ```
//!
//! Old rows use writes that the sample would get, so the sample begins with the first row that is sent after all of
//! them are answered. A row that waits to be sent again counts as in flight too, so an old one may delay the sample
//! by as much as [`THROTTLED_BACKOFF_MAX`](super::super::THROTTLED_BACKOFF_MAX). It has been throttled several times
//! then, and the rate is low.

use super::units::{ROW, milliseconds};
use crate::values::Timestamp;

/// Answers that make a sample.
pub(super) const TRIAL_ROWS: u64 = 20;
/// As many of a hundred answers may be throttled by chance while the rate is right.
pub(super) const TRIAL_THROTTLED_PERCENT: u64 = 20;

pub(super) struct Trial {
    /// The last row that was sent before the rate was lowered.
    last_old_turn: u64,
    /// Rows from before that are not answered yet.
    old_in_flight: usize,
    /// Rows after this one are the sample.
    sample_after_turn: u64,
    sample_began_at: Timestamp,
    answers: u64,
    throttled: u64,
    /// Rows that the table accepted since the sample began, in the sample or not.
    accepted: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Unfinished,
    RateIsRight,
    /// The rate is far beyond what the table grants.
    Beyond,
}

impl Trial {
    /// The rate was lowered now, after the row of `last_turn` was sent.
    pub(super) fn new(last_turn: u64, in_flight: usize, now: Timestamp) -> Self {
        Self {
            last_old_turn: last_turn,
            old_in_flight: in_flight,
            sample_after_turn: last_turn,
            sample_began_at: now,
            answers: 0,
            throttled: 0,
            accepted: 0,
        }
    }

    /// Takes the answer to the row of `turn`, while the row of `last_turn` is the last that was sent.
    pub(super) fn observe(&mut self, turn: u64, throttled: bool, last_turn: u64, now: Timestamp) -> Verdict {
        if self.old_in_flight > 0 {
            if turn <= self.last_old_turn {
                self.old_in_flight -= 1;
                self.sample_after_turn = last_turn;
                self.sample_began_at = now;
            }
            return Verdict::Unfinished;
        }
        self.accepted += u64::from(!throttled);
        if turn > self.sample_after_turn {
            self.answers += 1;
            self.throttled += u64::from(throttled);
        }
        if self.answers < TRIAL_ROWS {
            Verdict::Unfinished
        } else if self.throttled * 100 <= self.answers * TRIAL_THROTTLED_PERCENT {
            Verdict::RateIsRight
        } else {
            Verdict::Beyond
        }
    }

    /// The rate that the table accepted in the trial, which was made at `rate`.
    pub(super) fn granted(&self, rate: u64, now: Timestamp) -> u64 {
        // Both estimates agree when this process is not short of CPU. When it is, the first one is too low. Take the
        // larger: overestimating costs one trial, underestimating leaves the table idle.
        let by_time = self.accepted * ROW / milliseconds(self.sample_began_at, now).max(1);
        let by_share = rate * (self.answers - self.throttled) / self.answers.max(1);
        by_time.max(by_share).min(rate)
    }
}
