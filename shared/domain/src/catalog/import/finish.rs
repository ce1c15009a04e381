//! Ends an import: adds up its ranges, assembles the report of rejected rows, records the end, and sends one mail.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::header::{NoHeader, header};
use super::job::{ImportJob, RangeProgress};
use super::outcome::{ImportAttempt, ImportOutcome};
use super::rejected_rows::Report;
use crate::catalog::csv::Header;
use crate::catalog::ports::{CatalogFiles, CatalogImport, CatalogImportEnd, Finish, ImportLedger, RejectedRowsFiles};
use crate::ports::{Clock, CustomerDirectory, Mailer, PortFailure, SendLog};
use crate::values::ImportCounts;

const ACTION: &str = "finish import";
/// The reason that the upload shows for a file that no attempt can read any more.
const DELETED: &str = "the file was deleted before it was read";
/// Reads of progress and of parts that wait for an answer at the same time. An import has up to a thousand ranges: one
/// after the other, their answers take some ten seconds.
const READS_AT_ONCE: usize = 16;

/// The use case of `import-finish`, and the last step of an import within one invocation.
pub struct FinishImport {
    /// The uploaded file.
    pub files: Arc<dyn CatalogFiles>,
    /// The progress of the import, range by range.
    pub ledger: Arc<dyn ImportLedger>,
    /// Where the report of rejected rows is kept, and the parts that it is made of.
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    /// Where the recipient's address is read.
    pub directory: Arc<dyn CustomerDirectory>,
    /// Sends the mail.
    pub mailer: Arc<dyn Mailer>,
    /// Records each mail before it is sent, so that no attempt sends it twice.
    pub sends: Arc<dyn SendLog>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// An import cannot end before each of its ranges was read.
#[derive(Debug, thiserror::Error)]
#[error("range {index} was not read to its end")]
struct RangeUnfinished {
    index: usize,
}

/// A part is kept for longer than an execution can be redriven.
#[derive(Debug, thiserror::Error)]
#[error("part {part} of the report was deleted")]
struct PartMissing {
    part: String,
}

impl FinishImport {
    /// Ends an import of so many ranges; of none, where the file could not be divided.
    pub async fn run(&self, job: &ImportJob, ranges: u32) -> Result<ImportAttempt, PortFailure> {
        let end = match header(self.files.as_ref(), &job.object).await {
            Ok(header) => {
                self.total(job, self.progress(job, ranges).await?, Some(&header))
                    .await?
            }
            Err(NoHeader::Unusable(fault)) => CatalogImportEnd::Rejected {
                reason: fault.to_string(),
            },
            Err(NoHeader::Gone) => self.end_without_file(job, ranges).await?,
            Err(NoHeader::Port(failure)) => return Err(failure),
        };
        let (outcome, import) = match self.ledger.finish(&job.id, &end, self.clock.now()).await? {
            Finish::Ended(import) => (outcome(end), import),
            Finish::EndedBefore(import) => (ImportOutcome::FinishedBefore, import),
            Finish::Superseded(import) => return Ok(self.superseded(&import).await),
        };
        let mail = self.send_mail(&import).await;
        Ok(ImportAttempt { outcome, mail })
    }

    /// Ends an attempt at an import whose file has a newer version.
    pub(super) async fn superseded(&self, import: &CatalogImport) -> ImportAttempt {
        ImportAttempt {
            outcome: ImportOutcome::Superseded,
            mail: self.send_superseded_mail(import).await,
        }
    }

    /// Every row may have been read while the file was there.
    async fn end_without_file(&self, job: &ImportJob, ranges: u32) -> Result<CatalogImportEnd, PortFailure> {
        let progress = self.progress(job, ranges).await?;
        let is_read = |range: &Option<RangeProgress>| range.as_ref().is_some_and(|range| range.is_done);
        if progress.is_empty() || !progress.iter().all(is_read) {
            return Ok(CatalogImportEnd::Rejected {
                reason: DELETED.to_owned(),
            });
        }
        self.total(job, progress, None).await
    }

    /// The progress of each range, in the order of the file.
    async fn progress(&self, job: &ImportJob, ranges: u32) -> Result<Vec<Option<RangeProgress>>, PortFailure> {
        let reads = stream::iter(0..ranges).map(|index| self.ledger.progress(&job.id, index));
        reads.buffered(READS_AT_ONCE).try_collect().await
    }

    async fn total(
        &self,
        job: &ImportJob,
        ranges: Vec<Option<RangeProgress>>,
        header: Option<&Header>,
    ) -> Result<CatalogImportEnd, PortFailure> {
        let mut counts = ImportCounts {
            bytes_read: job.object.size_bytes,
            bytes_total: job.object.size_bytes,
            ..ImportCounts::default()
        };
        let mut parts = Vec::new();
        for (index, progress) in ranges.into_iter().enumerate() {
            let Some(progress) = progress.filter(|progress| progress.is_done) else {
                return Err(PortFailure::permanent(ACTION, RangeUnfinished { index }));
            };
            counts.rows_read += progress.rows_read;
            counts.rows_written += progress.rows_written();
            counts.rows_rejected += progress.rows_rejected;
            parts.extend(progress.parts);
        }
        // Before the import ends: a caller that sees DONE also finds the report.
        self.assemble_report(job, header, parts, counts.rows_rejected).await?;
        Ok(CatalogImportEnd::Done {
            counts,
            unknown_columns: header.map(Header::unknown).unwrap_or_default(),
        })
    }

    /// There is no file unless a row was rejected.
    async fn assemble_report(
        &self,
        job: &ImportJob,
        header: Option<&Header>,
        parts: Vec<String>,
        rows_rejected: u64,
    ) -> Result<(), PortFailure> {
        if parts.is_empty() {
            return Ok(());
        }
        let mut report = Report::begin(self.rejected_rows.create(&job.id.upload_id).await?, header).await?;
        let opened = stream::iter(parts).map(|part| async move {
            let stream = self.rejected_rows.open_part(&job.id, &part).await?;
            stream.ok_or_else(|| PortFailure::permanent(ACTION, PartMissing { part }))
        });
        let mut opened = opened.buffered(READS_AT_ONCE);
        while !report.is_full()
            && let Some(part) = opened.try_next().await?
        {
            report.add(part).await?;
        }
        report.finish(rows_rejected).await
    }
}

fn outcome(end: CatalogImportEnd) -> ImportOutcome {
    match end {
        CatalogImportEnd::Done { counts, .. } => ImportOutcome::Done(counts),
        CatalogImportEnd::Rejected { reason } => ImportOutcome::Rejected { reason },
    }
}
