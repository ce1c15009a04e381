//! Imports a catalog: its rows become products, with exact numbers, a report of rejected rows and one mail.
//!
//! A file is read in ranges: one, by the invocation that its event brought, or many, divided by [`plan`] and read
//! side by side. Each is read by [`range`], and [`finish`] adds them up. Every step may be repeated, at any time and
//! by several attempts at once:
//!
//! - rows are conditional writes;
//! - a checkpoint of a range is recorded only on top of the checkpoint that the attempt began with;
//! - the report is replaced by an equal one, and the first end stays;
//! - the mail is claimed before it is sent.
//!
//! So any failure is returned as it is, and the step is tried again.

pub mod file_version;
pub mod finish;
mod header;
pub mod job;
mod mail;
mod outcome;
pub mod plan;
pub mod range;
mod rejected_rows;
pub mod writes;

use std::sync::Arc;
use std::time::Duration;

use super::ports::{Begin, CatalogImport, ImportLedger, ImportRunner};
use crate::ports::{Clock, PortFailure};
use crate::values::{CatalogKey, CorrelationId, ObjectSequencer, ObjectVersion, Timestamp};
use finish::FinishImport;
use job::{FileRange, ImportJob};
use range::{IngestRange, RangeOutcome};

pub use outcome::{ImportAttempt, ImportOutcome};
pub use rejected_rows::REPORT_BYTES_MAX;

/// An attempt begins no row in this last part of its time. It is for:
///
/// - a wait for the file. The clock is read with each row, so a stalled stream delays the stop. adapter-s3 closes a
///   silent connection after 10 s and requests the missing bytes again;
/// - the rows in flight, up to [`range::DRAIN_MAX`];
/// - the last checkpoint, and the start of an execution: one call each.
///
/// There is time for one stall that begins right before the stop: the rows in flight move on meanwhile, and 5 s
/// remain. After two in a row Lambda ends the invocation at its deadline, and the next attempt continues from the
/// last checkpoint.
pub const STOPS_BEFORE_DEADLINE: Duration = Duration::from_secs(15);

const ACTION: &str = "import catalog";

/// Imports a file that arrived: in this invocation, or by starting an execution for a file that takes longer.
pub struct ImportCatalog {
    /// The progress of the import, range by range.
    pub ledger: Arc<dyn ImportLedger>,
    /// Reads the file within this invocation.
    pub ingest: IngestRange,
    /// Ends the import once the file is read.
    pub finish: FinishImport,
    /// Starts an execution for a file that takes longer.
    pub runner: Arc<dyn ImportRunner>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
    /// Larger files are divided.
    pub divided_above_bytes: u64,
}

/// A range found its import closed, and the ledger has it open.
#[derive(Debug, thiserror::Error)]
#[error("the range found its import closed, but the ledger reports it as open")]
struct Reopened;

impl ImportCatalog {
    /// Begins no row after `stop_at`. Calls `on_request` with the id of the request that announced the file, as soon as
    /// it is read.
    pub async fn run(
        &self,
        key: &CatalogKey,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        stop_at: Timestamp,
        on_request: &(dyn Fn(&CorrelationId) + Send + Sync),
    ) -> Result<ImportAttempt, PortFailure> {
        let begin = || self.ledger.begin(&key.upload_id, object, sequencer, self.clock.now());
        let import = match begin().await? {
            Begin::Import(import) => import,
            Begin::Outdated => return Ok(ImportAttempt::without_mail(ImportOutcome::Superseded)),
        };
        on_request(&import.correlation_id);
        if import.finished.is_some() {
            return Ok(self.finished_before(&import).await);
        }
        let job = ImportJob {
            id: import.id.clone(),
            correlation_id: import.correlation_id.clone(),
            object: object.clone(),
        };
        if object.size_bytes > self.divided_above_bytes {
            return self.start_execution(&job, None).await;
        }
        let whole = FileRange::whole(object);
        match self.ingest.run(&job, &whole, stop_at).await? {
            // The end says what became of the file.
            RangeOutcome::Done | RangeOutcome::Unusable | RangeOutcome::Gone => self.finish.run(&job, 1).await,
            RangeOutcome::Unfinished => self.start_execution(&job, Some(&[whole])).await,
            RangeOutcome::Closed => match begin().await? {
                Begin::Import(now) if now.finished.is_some() => Ok(self.finished_before(&now).await),
                Begin::Import(_) => Err(PortFailure::transient(ACTION, Reopened)),
                Begin::Outdated => Ok(self.finish.superseded(&import).await),
            },
        }
    }

    /// The attempt that finished the import may have died before it claimed the mail.
    async fn finished_before(&self, import: &CatalogImport) -> ImportAttempt {
        ImportAttempt {
            outcome: ImportOutcome::FinishedBefore,
            mail: self.finish.send_mail(import).await,
        }
    }

    async fn start_execution(
        &self,
        job: &ImportJob,
        ranges: Option<&[FileRange]>,
    ) -> Result<ImportAttempt, PortFailure> {
        self.runner.start(job, ranges).await?;
        Ok(ImportAttempt::without_mail(ImportOutcome::HandedOver))
    }
}
