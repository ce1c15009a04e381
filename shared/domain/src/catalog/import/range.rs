//! How is a stretch of a catalog read, so that whoever comes next can go on where this attempt stopped?
//!
//! Progress is noted now and then, when everything before it is in the table or in a finished part of the report, and
//! only on top of the progress that this attempt went on from. An attempt that was overtaken by another goes on from
//! there; each time, somebody got further.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::header::{NoHeader, header};
use super::job::{FileRange, ImportJob, RangeProgress};
use super::rejected_rows::RejectedPart;
use super::writes::Writes;
use crate::catalog::csv::{CatalogReader, HeaderFault, ReadRow, RecordStart};
use crate::catalog::ports::{
    Advance, ByteStream, CatalogFiles, CatalogVersion, CatalogWriter, ImportLedger, RejectedRowsFiles,
};
use crate::ports::{Clock, IdGenerator, Pause, PortFailure};
use crate::values::Timestamp;

/// When an attempt notes its first progress: soon, so that one that does not live long has not lived in vain.
pub const PROGRESS_FIRST: Duration = Duration::from_secs(1);
/// Each next one comes after twice as long, up to this: often enough to watch, and to lose little; seldom enough to cost
/// nothing, and to leave few parts of a report.
pub const PROGRESS_EVERY_MAX: Duration = Duration::from_secs(15);
/// How long an attempt that stops waits for the rows in flight. What is not written by then is written again.
pub const DRAIN_MAX: Duration = Duration::from_secs(5);

pub struct IngestRange {
    pub files: Arc<dyn CatalogFiles>,
    pub writer: Arc<dyn CatalogWriter>,
    pub ledger: Arc<dyn ImportLedger>,
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    pub clock: Arc<dyn Clock>,
    pub pause: Arc<dyn Pause>,
    pub ids: Arc<dyn IdGenerator>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeOutcome {
    Done,
    /// There was no more time. Another attempt goes on.
    Unfinished,
    /// The file's header is, and so is every range of it.
    Unusable,
    /// The file was deleted.
    Gone,
    /// The import has ended, or a newer version of the file took its place.
    Closed,
}

impl IngestRange {
    /// No row is begun after `stop_at`, and little time passes from then on: [`DRAIN_MAX`], and a call or two.
    pub async fn run(
        &self,
        job: &ImportJob,
        range: &FileRange,
        stop_at: Timestamp,
    ) -> Result<RangeOutcome, PortFailure> {
        loop {
            let noted = self.ledger.progress(&job.id, range.index).await?;
            let noted = noted.unwrap_or_else(|| RangeProgress::none(range));
            if noted.is_done {
                return Ok(RangeOutcome::Done);
            }
            match self.attempt(job, range, noted, stop_at).await {
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
        noted: RangeProgress,
        stop_at: Timestamp,
    ) -> Result<RangeOutcome, Stopped> {
        let mut reader = self.reader(job, noted.reached).await?;
        let bytes = noted.reached.byte_offset..range.end;
        let mut stream = self.files.open(&job.object, bytes).await?.ok_or(Stopped::Gone)?;
        let mut rows = Rows::new(self, job, range, noted);
        while let Some(chunk) = rows.next_chunk(stream.as_mut()).await? {
            let mut rest = chunk.as_slice();
            while let Some(row) = reader.next_row(&mut rest)? {
                if self.clock.now() >= stop_at {
                    rows.stop(start_of(&row)).await?;
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
}

/// Why no more rows are read.
enum Stopped {
    Unusable,
    Gone,
    Overtaken,
    Closed,
    Port(PortFailure),
}

impl From<HeaderFault> for Stopped {
    fn from(_: HeaderFault) -> Self {
        Self::Unusable
    }
}

impl From<PortFailure> for Stopped {
    fn from(failure: PortFailure) -> Self {
        Self::Port(failure)
    }
}

impl From<NoHeader> for Stopped {
    fn from(reason: NoHeader) -> Self {
        match reason {
            NoHeader::Unusable(_) => Self::Unusable,
            NoHeader::Gone => Self::Gone,
            NoHeader::Port(failure) => Self::Port(failure),
        }
    }
}

fn start_of(row: &ReadRow<'_>) -> RecordStart {
    RecordStart {
        byte_offset: row.record.byte_offset,
        line: row.record.line,
    }
}

/// The rows of one attempt: some noted, some read, a few in flight.
struct Rows<'a> {
    ingest: &'a IngestRange,
    job: &'a ImportJob,
    range: &'a FileRange,
    writes: Writes<'a>,
    /// What the ledger has.
    noted: RangeProgress,
    /// What was read, with the parts that are finished.
    seen: RangeProgress,
    /// What will be noted as soon as every byte before this one is durable.
    due: Option<(RangeProgress, u64)>,
    part: Option<RejectedPart>,
    /// The end of the last record.
    ends_at: u64,
    note_at: Timestamp,
    note_every: Duration,
}

impl<'a> Rows<'a> {
    fn new(ingest: &'a IngestRange, job: &'a ImportJob, range: &'a FileRange, noted: RangeProgress) -> Self {
        let begins_at = noted.reached.byte_offset;
        let writes = Writes::new(
            ingest.writer.as_ref(),
            ingest.clock.as_ref(),
            ingest.pause.as_ref(),
            begins_at,
        );
        Self {
            ingest,
            job,
            range,
            writes,
            seen: noted.clone(),
            noted,
            due: None,
            part: None,
            ends_at: begins_at,
            note_at: ingest.clock.now().plus(PROGRESS_FIRST),
            note_every: PROGRESS_FIRST,
        }
    }

    /// The next piece of the file; meanwhile the rows in flight move on.
    async fn next_chunk(&mut self, stream: &mut dyn ByteStream) -> Result<Option<Vec<u8>>, PortFailure> {
        self.writes.meanwhile(stream.next()).await?
    }

    async fn take(&mut self, row: ReadRow<'_>) -> Result<(), Stopped> {
        self.note_now_and_then(start_of(&row)).await?;
        let ends_at = row.record.ends_at;
        self.seen.rows_read += 1;
        match row.outcome {
            Ok(valid) => {
                let version = CatalogVersion {
                    upload_sequence: self.job.id.sequence,
                    byte_offset: row.record.byte_offset,
                };
                self.writes.push(valid.to_row(), version, ends_at).await?;
            }
            Err(faults) => {
                self.seen.rows_rejected += 1;
                let part = match &mut self.part {
                    Some(part) => part,
                    None => {
                        let (files, name) = (self.ingest.rejected_rows.as_ref(), self.ingest.ids.next_id());
                        self.part.insert(RejectedPart::begin(files, &self.job.id, name).await?)
                    }
                };
                part.add(row.header, &row.record, &faults).await?;
                self.writes.passed(ends_at);
            }
        }
        self.ends_at = ends_at;
        Ok(())
    }

    async fn note_now_and_then(&mut self, next: RecordStart) -> Result<(), Stopped> {
        if self.due.is_none() && self.seen.rows_read > self.noted.rows_read && self.ingest.clock.now() >= self.note_at {
            self.mark(next).await?;
        }
        self.note_what_is_durable().await
    }

    /// What was read so far is to be noted. Finishes the part of the report, if there is one.
    async fn mark(&mut self, reached: RecordStart) -> Result<(), PortFailure> {
        if let Some(part) = self.part.take() {
            let finished = part.finish();
            self.seen.parts.push(self.writes.meanwhile(finished).await??);
        }
        self.seen.reached = reached;
        self.due = Some((self.seen.clone(), self.ends_at));
        Ok(())
    }

    async fn note_what_is_durable(&mut self) -> Result<(), Stopped> {
        let durable_until = self.writes.durable_until();
        let Some((progress, _)) = self.due.take_if(|(_, ends_at)| *ends_at <= durable_until) else {
            return Ok(());
        };
        let now = self.ingest.clock.now();
        let (ledger, import) = (self.ingest.ledger.as_ref(), &self.job.id);
        let advance = ledger.advance(import, self.range.index, &self.noted, &progress, now);
        match self.writes.meanwhile(advance).await?? {
            Advance::Noted => {
                self.noted = progress;
                self.note_every = (self.note_every * 2).min(PROGRESS_EVERY_MAX);
                self.note_at = self.ingest.clock.now().plus(self.note_every);
                Ok(())
            }
            Advance::Overtaken => Err(Stopped::Overtaken),
            Advance::Closed => Err(Stopped::Closed),
        }
    }

    /// Notes as much as there is time for.
    async fn stop(mut self, next: RecordStart) -> Result<(), Stopped> {
        self.note_what_is_durable().await?;
        let pause = self.ingest.pause.as_ref().pause(DRAIN_MAX);
        let marked_before = self.due.clone();
        if self.seen.rows_read > self.noted.rows_read {
            self.mark(next).await?;
        }
        let drained = match select(Box::pin(self.writes.drain()), pause).await {
            Either::Left((drained, _)) => drained.map(|()| true)?,
            Either::Right(_) => false,
        };
        if !drained {
            self.due = marked_before;
        }
        self.note_what_is_durable().await
    }

    async fn finish(mut self, end: RecordStart) -> Result<(), Stopped> {
        self.writes.drain().await?;
        // A mark from before is part of the end.
        self.seen.is_done = true;
        self.mark(end).await?;
        self.note_what_is_durable().await
    }
}
