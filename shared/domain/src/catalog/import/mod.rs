//! How does a catalog file become products, with exact numbers, a file of rejected rows and one mail?
//!
//! A file is read in ranges: one, by the invocation that its event brought, or many, divided by [`plan`] and read
//! side by side. Each is read by [`range`], and [`finish`] adds up. Every step may be repeated, at any time and by
//! several at once: rows are conditional writes, a range's progress is noted by whoever goes on from what was noted
//! last, the report is replaced by an equal one, the first end stays, and the mail is claimed before it is sent. So
//! any failure is returned as it is, and the step is tried again.

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

use super::ports::{Begin, ImportLedger, ImportRunner};
use crate::ports::{Clock, PortFailure};
use crate::values::{CatalogKey, CorrelationId, ObjectSequencer, ObjectVersion, Timestamp};
use finish::FinishImport;
use job::{FileRange, ImportJob};
use range::{IngestRange, RangeOutcome};

pub use outcome::ImportOutcome;
pub use rejected_rows::REPORT_FIELD_BYTES_MAX;

/// An attempt begins no row in this last part of its time. It is for:
///
/// - a wait for the file. The clock is looked at when a row was read, so a stalled stream delays the stop. adapter-s3
///   gives a silent connection up after 10 s and asks for the missing bytes again;
/// - the rows in flight, up to [`range::DRAIN_MAX`];
/// - the last checkpoint, and handing over: a call each.
///
/// One stall that begins right before the stop is just survived: rows in flight move on meanwhile, and 5 s remain.
/// After two in a row the invocation is killed at its deadline, and the next attempt continues from the last
/// checkpoint.
pub const STOPS_BEFORE_DEADLINE: Duration = Duration::from_secs(15);

/// Imports a file that arrived: at once, or by handing it over where it is too much for one invocation.
pub struct ImportCatalog {
    pub ledger: Arc<dyn ImportLedger>,
    pub ingest: IngestRange,
    pub finish: FinishImport,
    pub runner: Arc<dyn ImportRunner>,
    pub clock: Arc<dyn Clock>,
    /// Larger files are divided.
    pub divided_above_bytes: u64,
}

impl ImportCatalog {
    /// No row is begun after `stop_at`. `begun` is called as soon as the id of the request is known that announced the
    /// file.
    pub async fn run(
        &self,
        key: &CatalogKey,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        stop_at: Timestamp,
        begun: &(dyn Fn(&CorrelationId) + Send + Sync),
    ) -> Result<ImportOutcome, PortFailure> {
        let now = self.clock.now();
        let import = match self.ledger.begin(&key.upload_id, object, sequencer, now).await? {
            Begin::Import(import) => import,
            Begin::Outdated => return Ok(ImportOutcome::Outdated),
        };
        begun(&import.correlation_id);
        if import.finished.is_some() {
            // Whoever finished it may have died before the mail was claimed.
            self.finish.tell(&import).await?;
            return Ok(ImportOutcome::FinishedBefore);
        }
        let job = ImportJob {
            id: import.id,
            correlation_id: import.correlation_id,
            object: object.clone(),
        };
        if object.size_bytes > self.divided_above_bytes {
            self.runner.start(&job, None).await?;
            return Ok(ImportOutcome::HandedOver);
        }
        let whole = FileRange::whole(object);
        match self.ingest.run(&job, &whole, stop_at).await? {
            // What became of the file, its end tells.
            RangeOutcome::Done | RangeOutcome::Unusable | RangeOutcome::Gone => self.finish.run(&job, 1).await,
            RangeOutcome::Closed => Ok(ImportOutcome::Outdated),
            RangeOutcome::Unfinished => {
                self.runner.start(&job, Some(&[whole])).await?;
                Ok(ImportOutcome::HandedOver)
            }
        }
    }
}
