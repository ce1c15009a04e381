//! Where the rows of one attempt go: valid ones to the table, rejected ones to a part of the report, and checkpoints to
//! the ledger.

use std::time::Duration;

use futures_util::future::{Either, select};

use super::super::job::{ImportId, RangeProgress};
use super::super::rejected_rows::{REPORT_BYTES_MAX, RejectedPart, rejected_line};
use super::super::writes::Writes;
use super::progress::Progress;
use super::stopped::Stopped;
use crate::catalog::csv::{ReadRow, RecordStart};
use crate::catalog::ports::{Advance, ByteStream, CatalogVersion, CatalogWriter, ImportLedger, RejectedRowsFiles};
use crate::ports::{Clock, IdGenerator, Pause, PortFailure};

/// How long an attempt that stops waits for the rows in flight. Rows that are not written by then are written again
/// by the next attempt. [`STOPS_BEFORE_DEADLINE`](super::super::STOPS_BEFORE_DEADLINE) lists what else fits before the
/// deadline.
pub const DRAIN_MAX: Duration = Duration::from_secs(5);

#[derive(Clone, Copy)]
pub(super) struct RowsPorts<'a> {
    pub(super) writer: &'a dyn CatalogWriter,
    pub(super) ledger: &'a dyn ImportLedger,
    pub(super) rejected_rows: &'a dyn RejectedRowsFiles,
    pub(super) clock: &'a dyn Clock,
    pub(super) pause: &'a dyn Pause,
    pub(super) ids: &'a dyn IdGenerator,
}

pub(super) struct Rows<'a> {
    ports: RowsPorts<'a>,
    import: &'a ImportId,
    range: u32,
    writes: Writes<'a>,
    progress: Progress,
    /// The part of the report that is being written.
    part: Option<RejectedPart>,
    /// Bytes of all parts of this attempt.
    report_bytes: u64,
}

impl<'a> Rows<'a> {
    /// The rows behind the checkpoint that is `recorded`.
    pub(super) fn new(ports: RowsPorts<'a>, import: &'a ImportId, range: u32, recorded: RangeProgress) -> Self {
        let begins_at = recorded.reached.byte_offset;
        Self {
            ports,
            import,
            range,
            writes: Writes::new(ports.writer, ports.clock, ports.pause, begins_at),
            progress: Progress::new(recorded, ports.clock.now()),
            part: None,
            report_bytes: 0,
        }
    }

    /// The next piece of the file; meanwhile the rows in flight move on.
    pub(super) async fn next_chunk(&mut self, stream: &mut dyn ByteStream) -> Result<Option<Vec<u8>>, PortFailure> {
        self.writes.meanwhile(stream.next()).await?
    }

    pub(super) async fn take(&mut self, row: ReadRow<'_>) -> Result<(), Stopped> {
        self.checkpoint_when_due(row.record.start()).await?;
        let ends_at = row.record.ends_at;
        self.progress.count_row(ends_at, row.outcome.is_err());
        match row.outcome {
            Ok(valid) => {
                let version = CatalogVersion {
                    upload_sequence: self.import.sequence,
                    byte_offset: row.record.byte_offset,
                };
                self.writes.push(valid.to_row(), version, ends_at).await?;
            }
            Err(ref faults) => {
                // One line more than the whole report may have: so its end is found where it would be without ranges.
                if self.report_bytes <= REPORT_BYTES_MAX {
                    self.report_row(&rejected_line(&row, faults)).await?;
                }
                self.writes.passed(ends_at);
            }
        }
        Ok(())
    }

    /// Records as much as there is time for, as the end of an attempt that continues at `next`.
    pub(super) async fn stop(mut self, next: RecordStart) -> Result<(), Stopped> {
        self.record_durable_mark().await?;
        let pause = self.ports.pause.pause(DRAIN_MAX);
        let mut earlier = None;
        if self.progress.has_news() {
            let part = self.finished_part().await?;
            earlier = self.progress.mark(next, part);
        }
        let drained = match select(Box::pin(self.writes.drain()), pause).await {
            Either::Left((drained, _)) => drained.map(|()| true)?,
            Either::Right(_) => false,
        };
        if !drained {
            self.progress.return_to(earlier);
        }
        self.record_durable_mark().await
    }

    /// Records that the range is done, when its last row is written.
    pub(super) async fn finish(mut self, end: RecordStart) -> Result<(), Stopped> {
        self.writes.drain().await?;
        let part = self.finished_part().await?;
        self.progress.mark_end(end, part);
        self.record_durable_mark().await
    }

    async fn report_row(&mut self, line: &str) -> Result<(), PortFailure> {
        let part = if let Some(part) = &mut self.part {
            part
        } else {
            let (files, name) = (self.ports.rejected_rows, self.ports.ids.next_id());
            self.part.insert(RejectedPart::begin(files, self.import, name).await?)
        };
        self.report_bytes += line.len() as u64;
        part.add(line).await
    }

    async fn checkpoint_when_due(&mut self, next: RecordStart) -> Result<(), Stopped> {
        if self.progress.is_checkpoint_due(self.ports.clock.now()) {
            let part = self.finished_part().await?;
            self.progress.mark(next, part);
        }
        self.record_durable_mark().await
    }

    /// Finishes the part of the report, if there is one, and returns its name.
    async fn finished_part(&mut self) -> Result<Option<String>, PortFailure> {
        match self.part.take() {
            Some(part) => self.writes.meanwhile(part.finish()).await?.map(Some),
            None => Ok(None),
        }
    }

    async fn record_durable_mark(&mut self) -> Result<(), Stopped> {
        let Some(checkpoint) = self.progress.take_durable(self.writes.durable_until()) else {
            return Ok(());
        };
        let from = self.progress.recorded();
        let now = self.ports.clock.now();
        let advance = self
            .ports
            .ledger
            .advance(self.import, self.range, from, &checkpoint, now);
        match self.writes.meanwhile(advance).await?? {
            Advance::Recorded => {
                self.progress.set_recorded(checkpoint, self.ports.clock.now());
                Ok(())
            }
            Advance::Overtaken => Err(Stopped::Overtaken),
            Advance::Closed => Err(Stopped::Closed),
        }
    }
}
