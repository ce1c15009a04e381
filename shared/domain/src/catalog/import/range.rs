//! Reads one range of a catalog, so that the next attempt can continue where this one stopped.
//!
//! An attempt checkpoints its progress from time to time. A checkpoint covers a prefix of the range whose rows are
//! all in the table or in a finished part of the report. The ledger records it only on top of the checkpoint that the
//! attempt started from, so every row is counted once, however many attempts read it.
//!
//! ```text
//!              a checkpoint is due, and rows were read since the last one:
//!              finish the part of the report, mark the place
//!   +---------+ --------------------------------------------------> +--------+
//!   | Reading |                                                     | Marked |  reading goes on
//!   +---------+ <-------------------------------------------------- +--------+
//!     |     |    every row before the mark is durable, and the        |    |
//!     |     |    ledger recorded it: wait twice as long until the     |    |
//!     |     |    next checkpoint is due                               |    |
//!     |     |                                                         |    |
//!     |     | stop_at has passed: mark this place, and wait for the   |    | the ledger refused the mark
//!     |     | rows in flight, but no longer than DRAIN_MAX            |    |
//!     |     +---------------------> Unfinished <----------------------+    +----> Overtaken   read on from the
//!     |                                                                    |                  other's checkpoint
//!     | the last row was read: wait for the rows in flight,                |
//!     | mark the end as done                                               +----> Closed      the import ended, or a
//!     +---------------------------> Done                                                      newer file replaced it
//! ```
//!
//! `progress` holds these states, `rows` moves them by what the table and the ledger answer, and [`IngestRange`]
//! reads the file. An attempt that was overtaken starts again from the checkpoint of the other one; each time,
//! one of them got further, so this ends.

mod progress;
mod rows;
mod stopped;

use std::sync::Arc;

use super::header::header;
use super::job::{FileRange, ImportJob, RangeProgress};
use crate::catalog::csv::{CatalogReader, RecordStart};
use crate::catalog::ports::{CatalogFiles, CatalogWriter, ImportLedger, RejectedRowsFiles};
use crate::ports::{Clock, IdGenerator, Pause, PortFailure};
use crate::values::Timestamp;
use rows::{Rows, RowsPorts};
use stopped::Stopped;

pub use progress::{PROGRESS_EVERY_MAX, PROGRESS_FIRST};
pub use rows::DRAIN_MAX;

/// The use case of `import-range`, and the reading step of an import within one invocation.
pub struct IngestRange {
    /// The uploaded file.
    pub files: Arc<dyn CatalogFiles>,
    /// The table that receives the rows.
    pub writer: Arc<dyn CatalogWriter>,
    /// The progress of the import, range by range.
    pub ledger: Arc<dyn ImportLedger>,
    /// Where the report of rejected rows is kept, and the parts that it is made of.
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    /// The time of the rows, the checkpoints and the stop.
    pub clock: Arc<dyn Clock>,
    /// Waits between rows when the table throttles.
    pub pause: Arc<dyn Pause>,
    /// Makes the names of the report's parts.
    pub ids: Arc<dyn IdGenerator>,
}

/// How an attempt at a range ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeOutcome {
    /// Every row of the range is in the table or in the report.
    Done,
    /// There was no more time. Another attempt continues.
    Unfinished,
    /// The header of the file is unusable, and so is every range of it.
    Unusable,
    /// The file was deleted.
    Gone,
    /// The import has ended, or a newer version of the file took its place.
    Closed,
}

impl IngestRange {
    /// Begins no row after `stop_at`. From then on it takes [`DRAIN_MAX`], the calls of one checkpoint, and the rest
    /// of a wait for the file: the clock is looked at when a row was read, so a stream that stalls delays the stop
    /// until the stream's own timeout. [`STOPS_BEFORE_DEADLINE`](super::STOPS_BEFORE_DEADLINE) adds these up.
    pub async fn run(
        &self,
        job: &ImportJob,
        range: &FileRange,
        stop_at: Timestamp,
    ) -> Result<RangeOutcome, PortFailure> {
        loop {
            let recorded = self.ledger.progress(&job.id, range.index).await?;
            let recorded = recorded.unwrap_or_else(|| RangeProgress::none(range));
            if recorded.is_done {
                return Ok(RangeOutcome::Done);
            }
            match self.attempt(job, range, recorded, stop_at).await {
                Ok(outcome) => return Ok(outcome),
                Err(Stopped::Overtaken) => {}
                Err(Stopped::Closed) => return Ok(RangeOutcome::Closed),
                Err(Stopped::Gone) => return Ok(RangeOutcome::Gone),
                Err(Stopped::Unusable) => return Ok(RangeOutcome::Unusable),
                Err(Stopped::Port(failure)) => return Err(failure),
            }
        }
    }

    async fn attempt(
        &self,
        job: &ImportJob,
        range: &FileRange,
        recorded: RangeProgress,
        stop_at: Timestamp,
    ) -> Result<RangeOutcome, Stopped> {
        let mut reader = self.reader(job, recorded.reached).await?;
        let bytes = recorded.reached.byte_offset..range.end;
        let mut stream = self.files.open(&job.object, bytes).await?.ok_or(Stopped::Gone)?;
        let mut rows = Rows::new(self.rows_ports(), &job.id, range.index, recorded);
        while let Some(chunk) = rows.next_chunk(stream.as_mut()).await? {
            let mut rest = chunk.as_slice();
            while let Some(row) = reader.next_row(&mut rest)? {
                if self.clock.now() >= stop_at {
                    rows.stop(row.record.start()).await?;
                    return Ok(RangeOutcome::Unfinished);
                }
                rows.take(row).await?;
            }
        }
        if let Some(row) = reader.finish()? {
            rows.take(row).await?;
        }
        rows.finish(reader.position()).await?;
        Ok(RangeOutcome::Done)
    }

    async fn reader(&self, job: &ImportJob, at: RecordStart) -> Result<CatalogReader, Stopped> {
        if at == RecordStart::FIRST {
            return Ok(CatalogReader::new());
        }
        Ok(CatalogReader::resume(
            header(self.files.as_ref(), &job.object).await?,
            at,
        ))
    }

    fn rows_ports(&self) -> RowsPorts<'_> {
        RowsPorts {
            writer: self.writer.as_ref(),
            ledger: self.ledger.as_ref(),
            rejected_rows: self.rejected_rows.as_ref(),
            clock: self.clock.as_ref(),
            pause: self.pause.as_ref(),
            ids: self.ids.as_ref(),
        }
    }
}
