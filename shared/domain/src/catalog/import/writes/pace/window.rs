//! Decides how many rows may be in flight: more while answers come quickly, fewer when they take longer.
//!
//! | constant | is | why |
//! |---|---|---|
//! | [`ROWS_IN_FLIGHT_MAX`] | 128 | each row in flight has a connection and a few kilobytes |
//! | [`WINDOW_START`] | 16 | 4: a file of 500 rows takes 480 ms instead of 320, at 20 ms for an answer |
//! | [`WINDOW_MIN`] | 4 | 8: throttled 6 % in the seconds after a table shrank, instead of 2 % |
//! | [`GROWS_BY`] | a half | from 16 to 128 in six ticks, a third of a second |
//! | [`SHRINKS_BY`] | an eighth | a single slow tick does not stop an import |
//! | [`SLOWER`] | twice | random variation of answers stays below |
//! | [`GRAIN_US`] | 1 ms | the clock counts milliseconds: smaller differences cannot be seen |
//! | [`FORGET`] | a 512th per tick | a table that stays slower, or one lucky tick, limits an import for 20 s |

/// Rows on their way at once, rows that wait to be sent again among them.
pub const ROWS_IN_FLIGHT_MAX: usize = 128;
const WINDOW_START: usize = 16;
const WINDOW_MIN: usize = 4;
/// A tick in which rows waited for the window adds this part of it.
const GROWS_BY: usize = 2;
/// A tick with slow answers takes this part of it away.
const SHRINKS_BY: usize = 8;
/// Answers are slow when they take more than so many times as long as in the fastest tick.
const SLOWER: u64 = 2;
const GRAIN_US: u64 = 1_000;
/// Each tick adds this part to the fastest tick's time: half of it in some twenty seconds.
const FORGET: u64 = 512;

pub(super) struct Window {
    rows: usize,
    /// Mean time of an answer in the fastest tick, in microseconds.
    fastest_us: Option<u64>,
}

impl Window {
    pub(super) fn new() -> Self {
        Self {
            rows: WINDOW_START,
            fastest_us: None,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes the mean time of a tick's answers, and whether rows waited because the window was full.
    pub(super) fn adjust(&mut self, mean_us: u64, was_full: bool) {
        let fastest_us = self.fastest_us.map_or(mean_us, |fastest| fastest + fastest / FORGET);
        let fastest_us = fastest_us.min(mean_us);
        self.fastest_us = Some(fastest_us);
        if mean_us > fastest_us * SLOWER + GRAIN_US {
            self.rows = (self.rows - self.rows / SHRINKS_BY).max(WINDOW_MIN);
        } else if was_full {
            self.rows = (self.rows + self.rows / GROWS_BY).min(ROWS_IN_FLIGHT_MAX);
        }
    }
}
