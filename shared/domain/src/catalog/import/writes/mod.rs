//! Writes rows as fast as the table accepts them, loses none, and knows up to which byte of the file all are written.

mod durable;
mod pace;

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::FuturesUnordered;

use crate::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter};
use crate::catalog::product::CatalogRow;
use crate::ports::{Clock, Pause, PortFailure};
use crate::values::Timestamp;
use durable::Durable;
use pace::{Next, Pace};

pub use durable::RECORDS_AHEAD_MAX;
pub use pace::ROWS_IN_FLIGHT_MAX;

/// A throttled row waits a random part of this, and of twice as much each further time.
pub const THROTTLED_BACKOFF: Duration = Duration::from_millis(25);
/// The longest such wait, whatever the number of attempts.
pub const THROTTLED_BACKOFF_MAX: Duration = Duration::from_secs(2);

/// Rows on their way to the table.
///
/// Rows overtake each other, those of one SKU too. That is harmless: each is written under the condition that its
/// version is newer, so the last row of the file wins in whatever order they arrive. A throttled row is sent again,
/// under its own version, until the table accepts it; a caller without time stops waiting. Each function here may be
/// dropped while it waits: [`Writes::durable_until`] stays right.
pub struct Writes<'a> {
    writer: &'a dyn CatalogWriter,
    clock: &'a dyn Clock,
    pause: &'a dyn Pause,
    pace: Pace,
    in_flight: FuturesUnordered<BoxFuture<'a, Attempt>>,
    durable: Durable,
    written: u64,
    throttled: u64,
}

/// A row that was sent, and the answer.
struct Attempt {
    row: CatalogRow,
    version: CatalogVersion,
    /// Its place among the records of the file.
    place: usize,
    /// Counted from 1.
    number: u32,
    /// Its place among all that was sent.
    turn: u64,
    sent_at: Timestamp,
    outcome: Result<ApplyOutcome, PortFailure>,
}

impl<'a> Writes<'a> {
    /// The first record begins at byte `begins_at` of the file.
    pub fn new(writer: &'a dyn CatalogWriter, clock: &'a dyn Clock, pause: &'a dyn Pause, begins_at: u64) -> Self {
        Self {
            writer,
            clock,
            pause,
            pace: Pace::new(clock.now()),
            in_flight: FuturesUnordered::new(),
            durable: Durable::new(begins_at),
            written: 0,
            throttled: 0,
        }
    }

    /// Sends a row as soon as the table may be asked for more. Its record ends right before byte `ends_at`; records are
    /// given in the order of the file.
    pub async fn push(&mut self, row: CatalogRow, version: CatalogVersion, ends_at: u64) -> Result<(), PortFailure> {
        loop {
            let next = if self.durable.is_full() {
                Next::AfterAnAnswer
            } else {
                self.pace.next(self.clock.now())
            };
            match next {
                Next::Now => break,
                Next::AfterAnAnswer => self.one_answer().await?,
                Next::After(wait) => {
                    self.meanwhile(self.pause.pause(wait)).await?;
                    self.pace.earn_wait(wait, self.clock.now());
                }
            }
        }
        let place = self.durable.begin(ends_at);
        self.send(row, version, place, 1, None);
        Ok(())
    }

    /// Counts a record that needs no write as durable; it ends right before byte `ends_at`.
    pub fn passed(&mut self, ends_at: u64) {
        self.durable.passed(ends_at);
    }

    /// Waits for another future, while the rows in flight proceed.
    pub async fn meanwhile<T>(&mut self, other: impl Future<Output = T>) -> Result<T, PortFailure> {
        let mut other = pin!(other);
        while !self.in_flight.is_empty() {
            match select(other.as_mut(), self.in_flight.next()).await {
                Either::Left((value, _)) => return Ok(value),
                Either::Right((attempt, _)) => self.settle(attempt)?,
            }
        }
        Ok(other.await)
    }

    /// Waits until every row is written.
    pub async fn drain(&mut self) -> Result<(), PortFailure> {
        while !self.in_flight.is_empty() {
            self.one_answer().await?;
        }
        Ok(())
    }

    /// Rows that need not be sent again, superseded ones included.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How often the table asked to slow down.
    pub fn throttled(&self) -> u64 {
        self.throttled
    }

    /// Every record that ends at this byte or before is written or was passed.
    pub fn durable_until(&self) -> u64 {
        self.durable.until()
    }

    async fn one_answer(&mut self) -> Result<(), PortFailure> {
        let attempt = self.in_flight.next().await;
        self.settle(attempt)
    }

    fn settle(&mut self, attempt: Option<Attempt>) -> Result<(), PortFailure> {
        let Some(attempt) = attempt else { return Ok(()) };
        match attempt.outcome? {
            ApplyOutcome::Applied | ApplyOutcome::Superseded => {
                self.pace.count_written(attempt.turn, attempt.sent_at, self.clock.now());
                self.durable.done(attempt.place);
                self.written += 1;
            }
            ApplyOutcome::Throttled => {
                self.throttled += 1;
                self.pace.count_throttled(attempt.turn, self.clock.now());
                let Attempt {
                    row, version, place, ..
                } = attempt;
                let wait = self.pause.part_of(longest_wait(attempt.number));
                self.send(row, version, place, attempt.number + 1, Some(wait));
            }
        }
        Ok(())
    }

    fn send(&mut self, row: CatalogRow, version: CatalogVersion, place: usize, number: u32, wait: Option<Duration>) {
        let (writer, clock, pause) = (self.writer, self.clock, self.pause);
        let turn = self.pace.count_sent();
        let wait = wait.map(|wait| wait + self.pace.debt());
        self.in_flight.push(Box::pin(async move {
            if let Some(wait) = wait {
                pause.pause(wait).await;
            }
            let sent_at = clock.now();
            let outcome = writer.apply(&row, version, sent_at).await;
            Attempt {
                row,
                version,
                place,
                number,
                turn,
                sent_at,
                outcome,
            }
        }));
    }
}

fn longest_wait(attempt: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(attempt - 1);
    THROTTLED_BACKOFF.saturating_mul(doubled).min(THROTTLED_BACKOFF_MAX)
}
