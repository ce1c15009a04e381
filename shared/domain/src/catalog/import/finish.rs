//! How does an import end? The ranges added up, their rejected rows in one file, the end noted, and one mail.

use std::sync::Arc;

use super::header::{NoHeader, header};
use super::job::ImportJob;
use super::outcome::ImportOutcome;
use super::rejected_rows::report_header;
use crate::catalog::csv::Header;
use crate::catalog::ports::{CatalogFiles, CatalogImportEnd, ImportLedger, RejectedRowsFiles};
use crate::ports::{Clock, CustomerDirectory, Mailer, PortFailure, SendLog};
use crate::values::ImportCounts;

const ACTION: &str = "finish import";
/// What the upload's status says of a file that nobody can read any more.
const DELETED: &str = "the file was deleted before it was read";

pub struct FinishImport {
    pub files: Arc<dyn CatalogFiles>,
    pub ledger: Arc<dyn ImportLedger>,
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    pub directory: Arc<dyn CustomerDirectory>,
    pub mailer: Arc<dyn Mailer>,
    pub sends: Arc<dyn SendLog>,
    pub clock: Arc<dyn Clock>,
}

/// Somebody ends an import before it was read.
#[derive(Debug, thiserror::Error)]
#[error("range {index} was not read to its end")]
struct RangeUnfinished {
    index: u32,
}

/// A part is kept for longer than an execution can be redriven.
#[derive(Debug, thiserror::Error)]
#[error("part {part} of the report is not there any more")]
struct PartMissing {
    part: String,
}

impl FinishImport {
    /// Ends an import of so many ranges; of none, where the file could not be divided.
    pub async fn run(&self, job: &ImportJob, ranges: u32) -> Result<ImportOutcome, PortFailure> {
        let end = match header(self.files.as_ref(), &job.object).await {
            Ok(header) => self.added_up(job, ranges, Some(&header)).await?,
            Err(NoHeader::Unusable(fault)) => CatalogImportEnd::Rejected {
                reason: fault.to_string(),
            },
            Err(NoHeader::Gone) => self.without_a_file(job, ranges).await?,
            Err(NoHeader::Port(failure)) => return Err(failure),
        };
        let Some(import) = self.ledger.finish(&job.id, &end, self.clock.now()).await? else {
            return Ok(ImportOutcome::Outdated);
        };
        self.tell(&import).await?;
        Ok(match import.finished.unwrap_or(end) {
            CatalogImportEnd::Done { counts, .. } => ImportOutcome::Done(counts),
            CatalogImportEnd::Rejected { reason } => ImportOutcome::Rejected { reason },
        })
    }

    /// Perhaps every row was read while the file was there.
    async fn without_a_file(&self, job: &ImportJob, ranges: u32) -> Result<CatalogImportEnd, PortFailure> {
        for index in 0..ranges {
            let progress = self.ledger.progress(&job.id, index).await?;
            if !progress.is_some_and(|progress| progress.is_done) {
                return Ok(deleted());
            }
        }
        if ranges == 0 {
            return Ok(deleted());
        }
        self.added_up(job, ranges, None).await
    }

    async fn added_up(
        &self,
        job: &ImportJob,
        ranges: u32,
        header: Option<&Header>,
    ) -> Result<CatalogImportEnd, PortFailure> {
        let mut counts = ImportCounts {
            bytes_read: job.object.size_bytes,
            bytes_total: job.object.size_bytes,
            ..ImportCounts::default()
        };
        let mut parts = Vec::new();
        for index in 0..ranges {
            let progress = self.ledger.progress(&job.id, index).await?;
            let Some(progress) = progress.filter(|progress| progress.is_done) else {
                return Err(PortFailure::permanent(ACTION, RangeUnfinished { index }));
            };
            counts.rows_read += progress.rows_read;
            counts.rows_written += progress.rows_written();
            counts.rows_rejected += progress.rows_rejected;
            parts.extend(progress.parts);
        }
        // Before the import ends: who sees DONE finds the report in its place.
        self.put_together(job, header, parts).await?;
        Ok(CatalogImportEnd::Done {
            counts,
            unknown_columns: header.map(Header::unknown).unwrap_or_default(),
        })
    }

    /// There is no file unless a row was rejected.
    async fn put_together(
        &self,
        job: &ImportJob,
        header: Option<&Header>,
        parts: Vec<String>,
    ) -> Result<(), PortFailure> {
        if parts.is_empty() {
            return Ok(());
        }
        let mut report = self.rejected_rows.create(&job.id.upload_id).await?;
        report.write(report_header(header).as_bytes()).await?;
        for part in parts {
            let Some(mut stream) = self.rejected_rows.open_part(&job.id, &part).await? else {
                return Err(PortFailure::permanent(ACTION, PartMissing { part }));
            };
            while let Some(piece) = stream.next().await? {
                report.write(&piece).await?;
            }
        }
        report.finish().await
    }
}

fn deleted() -> CatalogImportEnd {
    CatalogImportEnd::Rejected {
        reason: DELETED.to_owned(),
    }
}
