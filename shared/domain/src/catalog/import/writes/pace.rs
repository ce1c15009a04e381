//! Decides how many rows may be sent now: as many as the table accepts, with little throttling.
//!
//! # Model
//!
//! A table accepts some number of writes per second. The import does not know that number; orders and other imports
//! use a part of it, and it changes at any time. A table may also save up unused writes and accept a burst. The
//! import therefore estimates two things, and both limit it at the same time:
//!
//! - The **rate**, in rows per second, estimates what the table accepts from this import.
//! - The **window**, in rows in flight, bounds memory and connections, and estimates how much the table answers without
//!   delay.
//!
//! ## Signals
//!
//! | signal | says | changes |
//! |---|---|---|
//! | a row is throttled | the rate is at the table's edge, or far beyond it | the rate, at once |
//! | the share of throttled rows in a trial | which of the two | the rate, at the end of the trial |
//! | a tick without throttling, in which rows had to wait for the rate | the table may accept more | the rate |
//! | the mean time of a tick's answers, beside the fastest tick | the table or this process is busy | the window |
//!
//! A tick in which rows waited for something else (the file, the window, a processor) says nothing about the rate.
//!
//! ## Control law
//!
//! 1. **Search.** Nothing was refused yet. Each calm tick raises the rate by half.
//! 2. **Step back.** A row is throttled. The rate is remembered as *refused* and lowered: by an eighth, or by half the
//!    first time, because the search may have gone far beyond the edge.
//! 3. **Trial.** Rows from before the step are still in flight and use writes that rows sent at the new rate would
//!    get, so the trial waits until they are answered. Then it looks at the next [`TRIAL_ROWS`] answers to rows that
//!    were sent after that. If few of them were throttled, the rate is right and the trial ends. Otherwise the table
//!    grants much less: the rate becomes what the table accepted in the trial, less another eighth, and a new trial
//!    begins. During a trial a throttled row is a part of the sample and no reason for another step.
//! 4. **Raise.** Each calm tick raises the rate: below the refused rate by a third of the distance to it, beyond it by
//!    half of the distance from it. The rate approaches the edge slowly, stays there for long, and leaves it ever
//!    faster when the table accepts more. This is the shape of CUBIC (RFC 9438). A raise is at least the square root
//!    of the rate over eight, which is a larger part of a small rate.
//!
//! The window grows by half while it is what rows wait for, and shrinks by an eighth when answers take more than
//! twice as long as in the fastest tick. The fastest tick is forgotten slowly.
//!
//! ## What follows
//!
//! - **Alone**, an import finds the table's rate in about a second, then asks for a row or two too many several times
//!   per second.
//! - **Throttled hard** (others take three quarters of the table), it falls to the new rate within one or two trials,
//!   each some ten milliseconds and one answer's time long.
//! - **Several imports** share a table without knowing of each other. The least raise lets a slow import gain on a fast
//!   one, so their rates come closer. When one of them ends, the others take its part within a second or two.
//! - **When the table gets slow** before it throttles, the window shrinks: orders come first.
//! - **When this process waits for a processor**, it sends less than its rate. A count of accepted rows per second
//!   would then be too low, so the trial also takes the accepted share of the rate, and believes the larger of the
//!   two: a table that is taken for too large costs one more trial, one that is taken for too small stays idle.
//!
//! ## Constants
//!
//! Measured in simulated time: one import on tables of 200 to 10,000 writes per second, four imports that share 1,000
//! and 5,000, ten that share 1,000, and one whose table shrinks to a tenth or a quarter and grows again. *Used* is
//! the part of the granted writes, *throttled* the part of the calls. With the constants below, one import uses 97 to
//! 101 %, and 0.6 % are throttled; four use 96 to 99 %, and 0.7 % (of 5,000) to 1.7 % (of 1,000) are throttled; ten
//! use 99 %, and 5.5 % are throttled.
//!
//! | constant | is | measured, or why |
//! |---|---|---|
//! | [`ROWS_IN_FLIGHT_MAX`] | 128 rows | a connection and some kilobytes each; 10,000 rows per second at 12 ms |
//! | [`TICK_MS`] | 50 | 25: throttled 4.0 % for four; 100: used 92 %, and a third as fast back when the table grows |
//! | [`RATE_START`] | 500 rows/s | 5: one import uses 97 % in its first 20 s |
//! | [`RATE_MIN`] | 5 rows/s | a floor, so that an import goes on where nearly everything is throttled |
//! | [`RATE_MAX`] | 10⁶ rows/s | a ceiling that no function reaches: no sum can overflow |
//! | [`CREDIT_MS`] | 10 | a timer fires one or two milliseconds late, and the rows of that time may be sent then |
//! | [`STEP_BACK`] | 88 % | 80 %: one import uses 95 % of some tables; 94 %: throttled 2.4 % for four, 7.1 % for ten |
//! | [`STEP_BACK_FIRST`] | 50 % | 88 %: throttled 0.9 % alone, 2.0 % for four |
//! | [`TRIAL_ROWS`] | 20 | 1: ten imports use 93 %, the slowest has 38 % of the fastest; 40: throttled 8.0 % for ten |
//! | [`TRIAL_THROTTLED_PERCENT`] | 20 | 0: four share less evenly; 100: throttled 70 % when the table shrinks |
//! | [`TOWARDS_REFUSED`] | 3 | 2: throttled 2.1 % for four, 6.5 % for ten; 4: used 1 % less |
//! | [`BEYOND_REFUSED`] | 2 | 4: a third slower back when the table grows |
//! | [`LEAST_RAISE`] | 8 | without: four imports use 73 to 77 %, and none takes what others leave |
//! | [`window`] | | see there |
//!
//! [`TRIAL_ROWS`]: trial::TRIAL_ROWS
//! [`TRIAL_THROTTLED_PERCENT`]: trial::TRIAL_THROTTLED_PERCENT

#[cfg(test)]
mod tests;
mod trial;
mod units;
mod window;

use std::time::Duration;

use crate::values::Timestamp;
use trial::{Trial, Verdict};
use units::{ROW, ROW_PER_SECOND, milliseconds, signed};
use window::Window;

pub use window::ROWS_IN_FLIGHT_MAX;

const RATE_START: u64 = 500 * ROW_PER_SECOND;
const RATE_MIN: u64 = 5 * ROW_PER_SECOND;
const RATE_MAX: u64 = 1_000_000 * ROW_PER_SECOND;
/// Credit that was not used is kept for so long.
const CREDIT_MS: u64 = 10;
/// How often rate and window are adjusted.
const TICK_MS: u64 = 50;
/// Thousandths of the rate that remain after a throttled row.
const STEP_BACK: u64 = 880;
/// The same for the first throttled row of all.
const STEP_BACK_FIRST: u64 = 500;
/// Below the refused rate, a calm tick adds this part of the distance to it.
const TOWARDS_REFUSED: u64 = 3;
/// Beyond the refused rate, a calm tick adds this part of the distance from it. Before the first refusal that is the
/// distance from zero.
const BEYOND_REFUSED: u64 = 2;
/// A raise is at least the square root of the rows per second, divided by this.
const LEAST_RAISE: u64 = 8;

/// Whether one more row may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Now,
    /// The window is full.
    AfterAnAnswer,
    After(Duration),
}

pub(super) struct Pace {
    rate: u64,
    /// The rate at which a row was throttled last, or what a trial found then. Zero before the first refusal.
    refused: u64,
    /// Below zero while rows that are sent again owe it.
    credit: i64,
    credited_at: Timestamp,
    window: Window,
    /// How many rows were sent. The count is the turn of the last one.
    turns: u64,
    in_flight: usize,
    trial: Option<Trial>,
    tick: Tick,
}

/// The counts since rate and window were last adjusted.
struct Tick {
    began_at: Timestamp,
    throttled: bool,
    waited_for_credit: bool,
    waited_for_window: bool,
    answers: u64,
    answers_ms: u64,
}

impl Tick {
    fn new(now: Timestamp) -> Self {
        Self {
            began_at: now,
            throttled: false,
            waited_for_credit: false,
            waited_for_window: false,
            answers: 0,
            answers_ms: 0,
        }
    }
}

impl Pace {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            rate: RATE_START,
            refused: 0,
            credit: 0,
            credited_at: now,
            window: Window::new(),
            turns: 0,
            in_flight: 0,
            trial: None,
            tick: Tick::new(now),
        }
    }

    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        self.adjust(now);
        self.earn(milliseconds(self.credited_at, now));
        self.credited_at = now;
        if self.in_flight >= self.window.rows() {
            self.tick.waited_for_window = true;
            return Next::AfterAnAnswer;
        }
        let missing = signed(ROW) - self.credit;
        if missing <= 0 {
            return Next::Now;
        }
        self.tick.waited_for_credit = true;
        Next::After(Duration::from_millis(missing.unsigned_abs().div_ceil(self.rate)))
    }

    /// Earns the credit of a wait that [`Next::After`] asked for. The wait counts even if the clock disagrees: clocks
    /// are set back now and then.
    pub(super) fn earn_wait(&mut self, wait: Duration, now: Timestamp) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.earn(milliseconds(self.credited_at, now).max(wait_ms));
        self.credited_at = now;
    }

    /// Counts a row that is sent, and returns its turn.
    pub(super) fn count_sent(&mut self) -> u64 {
        self.credit -= signed(ROW);
        self.turns += 1;
        self.in_flight += 1;
        self.turns
    }

    /// How long it takes to earn the credit that is owed. A row that is sent again waits for so long, as if it had
    /// queued for its turn.
    pub(super) fn debt(&self) -> Duration {
        let owed = u64::try_from(-self.credit).unwrap_or(0);
        Duration::from_millis(owed.div_ceil(self.rate))
    }

    /// Counts an answer that took the row.
    pub(super) fn count_written(&mut self, turn: u64, sent_at: Timestamp, now: Timestamp) {
        self.in_flight -= 1;
        self.tick.answers += 1;
        self.tick.answers_ms += milliseconds(sent_at, now);
        self.observe(turn, false, now);
    }

    /// Counts an answer that asked to slow down.
    pub(super) fn count_throttled(&mut self, turn: u64, now: Timestamp) {
        self.in_flight -= 1;
        self.tick.throttled = true;
        if self.trial.is_some() {
            self.observe(turn, true, now);
            return;
        }
        let remains = if self.refused == 0 { STEP_BACK_FIRST } else { STEP_BACK };
        self.refused = self.rate;
        self.step_back(self.rate * remains / 1_000, now);
    }

    fn observe(&mut self, turn: u64, throttled: bool, now: Timestamp) {
        let Some(trial) = &mut self.trial else { return };
        match trial.observe(turn, throttled, self.turns, now) {
            Verdict::Unfinished => {}
            Verdict::RateIsRight => self.trial = None,
            Verdict::Beyond => {
                let granted = trial.granted(self.rate, now);
                self.refused = granted.max(RATE_MIN);
                self.step_back(granted * STEP_BACK / 1_000, now);
            }
        }
    }

    fn step_back(&mut self, rate: u64, now: Timestamp) {
        self.rate = rate.max(RATE_MIN);
        self.credit = self.credit.min(0);
        self.trial = Some(Trial::new(self.turns, self.in_flight, now));
    }

    fn earn(&mut self, passed_ms: u64) {
        let most = signed((self.rate * CREDIT_MS).max(ROW));
        let earned = signed(self.rate.saturating_mul(passed_ms));
        self.credit = self.credit.saturating_add(earned).min(most);
    }

    fn adjust(&mut self, now: Timestamp) {
        if milliseconds(self.tick.began_at, now) < TICK_MS {
            return;
        }
        let tick = std::mem::replace(&mut self.tick, Tick::new(now));
        if tick.throttled {
            return;
        }
        // An import that was limited by something else has no evidence that the table grants more.
        if tick.waited_for_credit {
            self.rate = (self.rate + self.raise()).min(RATE_MAX);
        }
        if let Some(mean_us) = (tick.answers_ms * 1_000).checked_div(tick.answers) {
            self.window.adjust(mean_us, tick.waited_for_window);
        }
    }

    fn raise(&self) -> u64 {
        let raise = match self.refused.checked_sub(self.rate) {
            Some(distance) => distance / TOWARDS_REFUSED,
            None => (self.rate - self.refused) / BEYOND_REFUSED,
        };
        let least = (self.rate / ROW_PER_SECOND).isqrt() * ROW_PER_SECOND / LEAST_RAISE;
        raise.clamp(least, self.rate)
    }
}
