//! How does a catalog file become products, with exact numbers, a file of rejected rows and one mail?
//!
//! Every step may be repeated: rows are conditional writes, the report is replaced by an equal one, the first end stays,
//! and the mail is claimed before it is sent. So any failure is returned as it is, and the whole run is tried again.

#[cfg(test)]
mod fakes;
mod mail;
mod rejected_rows;
#[cfg(test)]
mod tests;
pub mod writes;

use std::sync::Arc;

use super::csv::{CatalogReader, HeaderFault, ReadRow};
use super::ports::{
    ByteStream, CatalogFiles, CatalogImport, CatalogImportEnd, CatalogVersion, CatalogWriter, ImportLedger,
    RejectedRowsFiles,
};
use crate::ports::{Clock, CustomerDirectory, Mailer, Pause, PortFailure, SendLog};
use crate::values::{CatalogKey, ImportCounts, ObjectVersion};
use rejected_rows::RejectedRows;
use writes::Writes;

/// Progress is noted once per so many rows: often enough to watch, seldom enough to cost nothing.
pub const PROGRESS_EVERY_ROWS: u64 = 1_000;

/// What the upload's status says of a file that nobody can read any more.
const DELETED: &str = "the file was deleted before it was read";

pub struct ImportCatalog {
    pub files: Arc<dyn CatalogFiles>,
    pub writer: Arc<dyn CatalogWriter>,
    pub ledger: Arc<dyn ImportLedger>,
    pub rejected_rows: Arc<dyn RejectedRowsFiles>,
    pub directory: Arc<dyn CustomerDirectory>,
    pub mailer: Arc<dyn Mailer>,
    pub sends: Arc<dyn SendLog>,
    pub clock: Arc<dyn Clock>,
    pub pause: Arc<dyn Pause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// Every row was read; some may have been rejected.
    Done(ImportCounts),
    /// The whole file is unusable, recorded for good: trying again cannot help.
    Rejected {
        reason: String,
    },
    FinishedBefore,
    /// Deleted since the event was sent.
    Gone,
}

impl ImportCatalog {
    pub async fn run(&self, key: &CatalogKey, object: &ObjectVersion) -> Result<ImportOutcome, PortFailure> {
        let upload = self.ledger.begin(&key.upload_id, object, self.clock.now()).await?;
        if let Some(end) = &upload.finished {
            // Whoever finished it may have died before the mail was claimed.
            self.tell(&upload, end).await?;
            return Ok(ImportOutcome::FinishedBefore);
        }
        let Some(stream) = self.files.open(object, 0).await? else {
            let reason = DELETED.to_owned();
            let end = self
                .ledger
                .finish(
                    &upload.upload_id,
                    &CatalogImportEnd::Rejected { reason },
                    self.clock.now(),
                )
                .await?;
            self.tell(&upload, &end).await?;
            return Ok(ImportOutcome::Gone);
        };
        let end = match self.imported(&upload, object, stream).await {
            Ok(end) => end,
            Err(Stopped::Unusable(fault)) => CatalogImportEnd::Rejected {
                reason: fault.to_string(),
            },
            Err(Stopped::Port(failure)) => return Err(failure),
        };
        let end = self.ledger.finish(&upload.upload_id, &end, self.clock.now()).await?;
        self.tell(&upload, &end).await?;
        Ok(match end {
            CatalogImportEnd::Done { counts, .. } => ImportOutcome::Done(counts),
            CatalogImportEnd::Rejected { reason } => ImportOutcome::Rejected { reason },
        })
    }

    async fn imported(
        &self,
        upload: &CatalogImport,
        object: &ObjectVersion,
        mut stream: Box<dyn ByteStream>,
    ) -> Result<CatalogImportEnd, Stopped> {
        let mut reader = CatalogReader::new();
        let mut rows = Rows::new(self, upload, object.size_bytes);
        while let Some(chunk) = rows.writes.meanwhile(stream.next()).await?? {
            let mut rest = chunk.as_slice();
            while let Some(row) = reader.next_row(&mut rest)? {
                rows.take(row).await?;
                rows.note_progress(reader.bytes_read()).await?;
            }
        }
        if let Some(row) = reader.finish()? {
            rows.take(row).await?;
        }
        let counts = rows.finish(reader.bytes_read()).await?;
        Ok(CatalogImportEnd::Done {
            counts,
            unknown_columns: reader.unknown_columns(),
        })
    }
}

/// Why no more rows are read.
enum Stopped {
    Unusable(HeaderFault),
    Port(PortFailure),
}

impl From<HeaderFault> for Stopped {
    fn from(fault: HeaderFault) -> Self {
        Self::Unusable(fault)
    }
}

impl From<PortFailure> for Stopped {
    fn from(failure: PortFailure) -> Self {
        Self::Port(failure)
    }
}

/// The rows of one run: some counted, some rejected, a few in flight.
struct Rows<'a> {
    import: &'a ImportCatalog,
    upload: &'a CatalogImport,
    counts: ImportCounts,
    writes: Writes<'a>,
    rejected: RejectedRows<'a>,
}

impl<'a> Rows<'a> {
    fn new(import: &'a ImportCatalog, upload: &'a CatalogImport, bytes_total: u64) -> Self {
        Self {
            import,
            upload,
            counts: ImportCounts {
                bytes_total,
                ..ImportCounts::default()
            },
            writes: Writes::new(import.writer.as_ref(), import.clock.as_ref(), import.pause.as_ref(), 0),
            rejected: RejectedRows::new(import.rejected_rows.as_ref(), &upload.upload_id),
        }
    }

    async fn take(&mut self, row: ReadRow<'_>) -> Result<(), PortFailure> {
        self.counts.rows_read += 1;
        let ends_at = row.record.ends_at;
        match row.outcome {
            Ok(valid) => {
                let version = CatalogVersion {
                    upload_sequence: self.upload.sequence,
                    byte_offset: row.record.byte_offset,
                };
                self.writes.push(valid.to_row(), version, ends_at).await
            }
            Err(faults) => {
                self.counts.rows_rejected += 1;
                self.rejected.add(row.header, &row.record, &faults).await?;
                self.writes.passed(ends_at);
                Ok(())
            }
        }
    }

    async fn note_progress(&mut self, bytes_read: u64) -> Result<(), PortFailure> {
        self.counts.bytes_read = bytes_read;
        if !self.counts.rows_read.is_multiple_of(PROGRESS_EVERY_ROWS) {
            return Ok(());
        }
        self.counts.rows_written = self.writes.written();
        self.import
            .ledger
            .progress(&self.upload.upload_id, self.counts, self.import.clock.now())
            .await
    }

    async fn finish(mut self, bytes_read: u64) -> Result<ImportCounts, PortFailure> {
        self.writes.drain().await?;
        // Before the import ends: who sees DONE finds the report in its place.
        self.rejected.finish().await?;
        self.counts.rows_written = self.writes.written();
        self.counts.bytes_read = bytes_read;
        Ok(self.counts)
    }
}
