//! Shows the progress of a long command on standard error: done of total, rate and time left.
//!
//! On a terminal it is one line that is rewritten, elsewhere a line every few seconds. Crates for progress bars write
//! nothing when there is no terminal, and CI has none.

use std::io::{IsTerminal as _, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two states of the line on a terminal: faster than this, numbers cannot be read.
const REWRITE_EVERY: Duration = Duration::from_millis(200);
/// Between two lines elsewhere: a log of an hour has some hundred of them.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// A rate below this has a decimal.
const WHOLE_RATE_MIN: f64 = 10.0;
/// Returns to the beginning of the line and erases it.
const ERASE_LINE: &str = "\r\u{1b}[K";

/// The progress of one piece of work, which several threads may share. Dropped, it leaves the line free.
pub struct Progress {
    title: String,
    unit: &'static str,
    total: u64,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    done: u64,
    shown_at: Duration,
    output: Box<dyn Write + Send>,
    is_terminal: bool,
    has_line: bool,
}

impl Progress {
    /// Work on `total` things, which `unit` names in the plural.
    pub fn start(title: impl Into<String>, unit: &'static str, total: u64) -> Self {
        let output = std::io::stderr();
        let is_terminal = output.is_terminal();
        Self::to(title.into(), unit, total, Box::new(output), is_terminal)
    }

    fn to(title: String, unit: &'static str, total: u64, output: Box<dyn Write + Send>, is_terminal: bool) -> Self {
        let state = State {
            done: 0,
            shown_at: Duration::ZERO,
            output,
            is_terminal,
            has_line: false,
        };
        Self {
            title,
            unit,
            total,
            started: Instant::now(),
            state: Mutex::new(state),
        }
    }

    /// One more thing is done.
    pub fn advance(&self) {
        self.advance_at(self.started.elapsed());
    }

    fn advance_at(&self, elapsed: Duration) {
        // Adding to a count cannot leave it half changed.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let every = if state.is_terminal { REWRITE_EVERY } else { LINE_EVERY };
        if elapsed.saturating_sub(state.shown_at) < every {
            return;
        }
        state.shown_at = elapsed;
        let line = self.line(state.done, elapsed);
        state.show(&line);
    }

    fn line(&self, done: u64, elapsed: Duration) -> String {
        let Self { title, unit, total, .. } = self;
        #[expect(clippy::cast_precision_loss, reason = "a rate is rounded anyway")]
        let (rate, rest) = (
            done as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE),
            total.saturating_sub(done) as f64,
        );
        let decimals = usize::from(rate < WHOLE_RATE_MIN);
        let left = Duration::try_from_secs_f64(rest / rate).map_or_else(|_| "?".to_owned(), clock);
        format!("{title}: {done} of {total} {unit}, {rate:.decimals$} per second, {left} left")
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if state.has_line {
            state.write(ERASE_LINE);
        }
    }
}

impl State {
    fn show(&mut self, line: &str) {
        if self.is_terminal {
            self.has_line = true;
            self.write(&format!("{ERASE_LINE}{line}"));
        } else {
            self.write(&format!("    {line}\n"));
        }
    }

    /// An error is ignored: the work goes on without its progress.
    fn write(&mut self, text: &str) {
        self.output.write_all(text.as_bytes()).unwrap_or_default();
        self.output.flush().unwrap_or_default();
    }
}

/// A duration as minutes and seconds, or hours, minutes and seconds: `0:07`, `12:30`, `1:02:03`.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_millis() >= 500);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn progress(total: u64, is_terminal: bool) -> (Progress, Screen) {
        let screen = Screen::default();
        let progress = Progress::to(
            "orders".to_owned(),
            "histories",
            total,
            Box::new(screen.clone()),
            is_terminal,
        );
        (progress, screen)
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_line_has_the_count_the_rate_and_the_time_left() {
        let (progress, _) = progress(200, false);
        for (done, elapsed, line) in [
            (50, 2.0, "50 of 200 histories, 25 per second, 0:06 left"),
            (10, 20.0, "10 of 200 histories, 0.5 per second, 6:20 left"),
            (1, 60.0, "1 of 200 histories, 0.0 per second, 3:19:00 left"),
            (200, 10.0, "200 of 200 histories, 20 per second, 0:00 left"),
            (201, 10.0, "201 of 200 histories, 20 per second, 0:00 left"),
            (0, 10.0, "0 of 200 histories, 0.0 per second, ? left"),
        ] {
            assert_eq!(progress.line(done, seconds(elapsed)), format!("orders: {line}"));
        }
    }

    #[test]
    fn a_terminal_has_one_line_that_is_rewritten_and_erased_at_the_end() {
        let (progress, screen) = progress(4, true);
        for at in [0.1, 0.2, 0.3, 0.5] {
            progress.advance_at(seconds(at));
        }
        drop(progress);
        let text = screen.text();
        let shown: Vec<&str> = text.split(ERASE_LINE).collect();
        assert_eq!(
            shown,
            [
                "",
                "orders: 2 of 4 histories, 10 per second, 0:00 left",
                "orders: 4 of 4 histories, 8.0 per second, 0:00 left",
                ""
            ]
        );
    }

    #[test]
    fn elsewhere_a_line_is_written_every_few_seconds() {
        let (progress, screen) = progress(100, false);
        for at in [1.0, 9.0, 10.0, 11.0, 19.0, 25.0] {
            progress.advance_at(seconds(at));
        }
        drop(progress);
        let expected = "    orders: 3 of 100 histories, 0.3 per second, 5:23 left\n    \
                        orders: 6 of 100 histories, 0.2 per second, 6:32 left\n";
        assert_eq!(screen.text(), expected);
    }

    #[test]
    fn short_work_shows_nothing() {
        for is_terminal in [true, false] {
            let (progress, screen) = progress(1, is_terminal);
            progress.advance_at(seconds(0.01));
            drop(progress);
            assert_eq!(screen.text(), "");
        }
    }

    #[test]
    fn durations_are_rounded_to_seconds() {
        for (duration, text) in [(0.4, "0:00"), (59.6, "1:00"), (750.0, "12:30"), (3_723.0, "1:02:03")] {
            assert_eq!(clock(seconds(duration)), text);
        }
    }
}
