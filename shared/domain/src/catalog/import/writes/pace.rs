//! How many rows may be sent now? As many as the table takes, and hardly more.
//!
//! Two limits hold together. The *rate*, in rows per second, keeps the import at the edge of what a table grants: a
//! throttled row lowers it at once, calm raises it again, slowly near the rate that was refused last and ever faster away
//! from it (the shape of CUBIC, RFC 9438), so that an import takes within a second or two what others leave. The *window*,
//! in rows in flight, bounds memory and connections; it grows while answers come as fast as they ever did, and shrinks
//! when they take longer, which is how a store that others need shows it before it throttles.
//!
//! Integers throughout: a rate counts thousandths of a row per second, credit counts millionths of a row, so that a
//! millisecond of a rate is a credit.

use std::time::Duration;

use crate::values::Timestamp;

/// Each has a connection and a few kilobytes.
pub const ROWS_IN_FLIGHT_MAX: usize = 128;
const WINDOW_START: usize = 16;
const WINDOW_MIN: usize = 4;

const ROW_PER_SECOND: u64 = 1_000;
const ROW: u64 = 1_000_000;
const RATE_START: u64 = 500 * ROW_PER_SECOND;
/// So slow that an import still moves where nearly everything is throttled.
const RATE_MIN: u64 = 5 * ROW_PER_SECOND;
/// No function sends so many.
const RATE_MAX: u64 = 1_000_000 * ROW_PER_SECOND;
/// What was not used is kept for so long: a timer is late by a millisecond or two.
const CREDIT_MS: u64 = 10;

/// How often rate and window are thought over.
const TICK_MS: u64 = 50;
/// What is left of the rate, in thousandths, once a row is throttled: a step back from the table's edge.
const STEP_BACK: u64 = 880;
/// The same where nothing is known of the table yet.
const STEP_BACK_FIRST: u64 = 500;
/// So many answers to rows that were sent after the step, and so many milliseconds, tell what the table grants.
const TRIAL_ROWS: u64 = 20;
const TRIAL_MS: u64 = 30;
/// As many in a hundred throttled are by chance: the rate is right.
const TRIAL_THROTTLED_PERCENT: u64 = 20;
/// Before anything was refused, a calm tick adds this part of the rate.
const SEARCHING: u64 = 2;
/// Of the way to the rate that was refused last, a calm tick goes this part.
const TOWARDS_REFUSED: u64 = 3;
/// Of the way that was gone beyond it, a calm tick adds this part.
const BEYOND_REFUSED: u64 = 2;
/// The least step is the root of the rows per second, divided by this. Next to its rate, whoever is slow steps further
/// than whoever is fast, and so several imports come nearer to each other.
const ROOTS_PART: u64 = 8;
/// Answers may take so many times as long as the fastest did.
const SLOWER: u64 = 2;
/// The clock's grain.
const GRAIN_US: u64 = 1_000;
/// The fastest time is forgotten by this part in a tick: half of it in some twenty seconds.
const FORGET: u64 = 512;

/// Whether one more row may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Now,
    /// As many are in flight as may.
    AfterAnAnswer,
    After(Duration),
}

pub(super) struct Pace {
    rate: u64,
    /// The rate that was refused last; none before the first refusal.
    refused: Option<u64>,
    /// May be owed, by rows that are to be sent again.
    credit: i64,
    credited_at: Timestamp,
    window: usize,
    /// Microseconds of the fastest tick's answers.
    fastest_us: Option<u64>,
    /// How many rows were sent.
    turns: u64,
    in_flight: usize,
    trial: Option<Trial>,
    tick: Tick,
}

/// What becomes of rows that are sent at a lowered rate.
struct Trial {
    since_turn: u64,
    /// Rows that were sent before. While they come back, they take what the others are to show.
    before: usize,
    began_at: Timestamp,
    answers: u64,
    throttled: u64,
    /// Of all rows.
    taken: u64,
}

/// What was seen since the last thought.
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
            refused: None,
            credit: 0,
            credited_at: now,
            window: WINDOW_START,
            fastest_us: None,
            turns: 0,
            in_flight: 0,
            trial: None,
            tick: Tick::new(now),
        }
    }

    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        self.think(now);
        self.earn(milliseconds(self.credited_at, now));
        self.credited_at = now;
        if self.in_flight >= self.window {
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

    /// What [`Next::After`] asked for has passed, whatever the clock says: clocks are set back now and then.
    pub(super) fn waited(&mut self, wait: Duration, now: Timestamp) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.earn(milliseconds(self.credited_at, now).max(wait_ms));
        self.credited_at = now;
    }

    /// A row is sent. Answers with its turn.
    pub(super) fn sent(&mut self) -> u64 {
        self.credit -= signed(ROW);
        self.turns += 1;
        self.in_flight += 1;
        self.turns
    }

    /// How long it takes to earn what was sent on credit: a row that is sent again takes its turn by waiting for so long.
    pub(super) fn owed(&self) -> Duration {
        let owed = u64::try_from(-self.credit).unwrap_or(0);
        Duration::from_millis(owed.div_ceil(self.rate))
    }

    pub(super) fn taken(&mut self, turn: u64, sent_at: Timestamp, now: Timestamp) {
        self.in_flight -= 1;
        self.tick.answers += 1;
        self.tick.answers_ms += milliseconds(sent_at, now);
        self.try_out(turn, false, now);
    }

    pub(super) fn throttled(&mut self, turn: u64, now: Timestamp) {
        self.in_flight -= 1;
        self.tick.throttled = true;
        if self.trial.is_some() {
            self.try_out(turn, true, now);
            return;
        }
        let left = self.refused.map_or(STEP_BACK_FIRST, |_| STEP_BACK);
        self.refused = Some(self.rate);
        self.lower(self.rate * left / 1_000, now);
    }

    fn try_out(&mut self, turn: u64, throttled: bool, now: Timestamp) {
        let Some(trial) = &mut self.trial else { return };
        if trial.before > 0 {
            trial.before -= usize::from(turn <= trial.since_turn);
            (trial.since_turn, trial.began_at) = (self.turns, now);
            return;
        }
        trial.taken += u64::from(!throttled);
        if turn > trial.since_turn {
            trial.answers += 1;
            trial.throttled += u64::from(throttled);
        }
        let passed_ms = milliseconds(trial.began_at, now);
        if trial.answers < TRIAL_ROWS || passed_ms < TRIAL_MS {
            return;
        }
        if trial.throttled * 100 <= trial.answers * TRIAL_THROTTLED_PERCENT {
            self.trial = None;
            return;
        }
        // Both are right where rows are sent as fast as may be. Where this process had to wait for a processor, the first
        // is too low, and a table that is thought smaller than it is stays idle; one that is thought larger costs a trial.
        let by_time = trial.taken * ROW / passed_ms;
        let by_share = self.rate * (trial.answers - trial.throttled) / trial.answers;
        let granted = by_time.max(by_share).min(self.rate);
        self.refused = Some(granted.max(RATE_MIN));
        self.lower(granted * STEP_BACK / 1_000, now);
    }

    fn lower(&mut self, rate: u64, now: Timestamp) {
        self.rate = rate.max(RATE_MIN);
        self.credit = self.credit.min(0);
        self.trial = Some(Trial {
            since_turn: self.turns,
            before: self.in_flight,
            began_at: now,
            answers: 0,
            throttled: 0,
            taken: 0,
        });
    }

    fn earn(&mut self, passed_ms: u64) {
        let most = signed((self.rate * CREDIT_MS).max(ROW));
        let earned = signed(self.rate.saturating_mul(passed_ms));
        self.credit = self.credit.saturating_add(earned).min(most);
    }

    fn think(&mut self, now: Timestamp) {
        if milliseconds(self.tick.began_at, now) < TICK_MS {
            return;
        }
        let tick = std::mem::replace(&mut self.tick, Tick::new(now));
        if tick.throttled {
            return;
        }
        // Who was held up by something else has not learnt that there is more.
        if tick.waited_for_credit {
            self.rate = (self.rate + self.raise()).min(RATE_MAX);
        }
        self.think_of_window(&tick);
    }

    fn raise(&self) -> u64 {
        let Some(refused) = self.refused else {
            return self.rate / SEARCHING;
        };
        let step = match refused.checked_sub(self.rate) {
            Some(way) => way / TOWARDS_REFUSED,
            None => (self.rate - refused) / BEYOND_REFUSED,
        };
        let least = (self.rate / ROW_PER_SECOND).isqrt() * ROW_PER_SECOND / ROOTS_PART;
        step.clamp(least, self.rate)
    }

    fn think_of_window(&mut self, tick: &Tick) {
        let Some(took_us) = (tick.answers_ms * 1_000).checked_div(tick.answers) else {
            return;
        };
        let fastest_us = self.fastest_us.map_or(took_us, |fastest| fastest + fastest / FORGET);
        let fastest_us = fastest_us.min(took_us);
        self.fastest_us = Some(fastest_us);
        if took_us > fastest_us * SLOWER + GRAIN_US {
            self.window = (self.window - self.window / 8).max(WINDOW_MIN);
        } else if tick.waited_for_window {
            self.window = (self.window + self.window / 2).min(ROWS_IN_FLIGHT_MAX);
        }
    }
}

/// None where the clock went back.
fn milliseconds(from: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(until.unix_ms() - from.unix_ms()).unwrap_or(0)
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
