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

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::FuturesUnordered;

use super::csv::{CatalogReader, HeaderFault, ReadRow};
use super::ports::{
    ApplyOutcome, ByteStream, CatalogFiles, CatalogImport, CatalogImportEnd, CatalogVersion, CatalogWriter,
    ImportLedger, RejectedRowsFiles,
};
use super::product::CatalogRow;
use crate::ports::{Clock, CustomerDirectory, Mailer, PortFailure, SendLog};
use crate::values::{CatalogKey, ImportCounts, ObjectVersion};
use rejected_rows::RejectedRows;

/// Rows on their way to the database at once.
pub const ROWS_IN_FLIGHT_MAX: usize = 16;
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
        while let Some(chunk) = rows.chunk_while_writing(stream.as_mut()).await? {
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
    in_flight: FuturesUnordered<BoxFuture<'a, Result<ApplyOutcome, PortFailure>>>,
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
            in_flight: FuturesUnordered::new(),
            rejected: RejectedRows::new(import.rejected_rows.as_ref(), &upload.upload_id),
        }
    }

    /// The next piece of the file; meanwhile the rows in flight move on.
    async fn chunk_while_writing(&mut self, stream: &mut dyn ByteStream) -> Result<Option<Vec<u8>>, PortFailure> {
        let mut chunk = pin!(stream.next());
        while !self.in_flight.is_empty() {
            match select(chunk.as_mut(), self.in_flight.next()).await {
                Either::Left((chunk, _)) => return chunk,
                Either::Right((written, _)) => self.count_written(written)?,
            }
        }
        chunk.await
    }

    async fn take(&mut self, row: ReadRow<'_>) -> Result<(), PortFailure> {
        self.counts.rows_read += 1;
        match row.outcome {
            Ok(catalog_row) => {
                let version = CatalogVersion {
                    upload_sequence: self.upload.sequence,
                    byte_offset: row.record.byte_offset,
                };
                self.write(catalog_row, version).await
            }
            Err(faults) => {
                self.counts.rows_rejected += 1;
                self.rejected.add(row.header, &row.record, &faults).await
            }
        }
    }

    /// Rows overtake each other on the way, those of one SKU too. That is harmless: each is written under the condition
    /// that its version is newer, so the last row of the file wins in whatever order they arrive.
    async fn write(&mut self, row: CatalogRow, version: CatalogVersion) -> Result<(), PortFailure> {
        if self.in_flight.len() >= ROWS_IN_FLIGHT_MAX {
            let written = self.in_flight.next().await;
            self.count_written(written)?;
        }
        let (writer, at) = (self.import.writer.as_ref(), self.import.clock.now());
        self.in_flight
            .push(Box::pin(async move { writer.apply(&row, version, at).await }));
        Ok(())
    }

    fn count_written(&mut self, written: Option<Result<ApplyOutcome, PortFailure>>) -> Result<(), PortFailure> {
        // Superseded rows were accepted all the same.
        if let Some(ApplyOutcome::Applied | ApplyOutcome::Superseded) = written.transpose()? {
            self.counts.rows_written += 1;
        }
        Ok(())
    }

    async fn note_progress(&mut self, bytes_read: u64) -> Result<(), PortFailure> {
        self.counts.bytes_read = bytes_read;
        if !self.counts.rows_read.is_multiple_of(PROGRESS_EVERY_ROWS) {
            return Ok(());
        }
        self.import
            .ledger
            .progress(&self.upload.upload_id, self.counts, self.import.clock.now())
            .await
    }

    async fn finish(mut self, bytes_read: u64) -> Result<ImportCounts, PortFailure> {
        while let Some(written) = self.in_flight.next().await {
            self.count_written(Some(written))?;
        }
        // Before the import ends: who sees DONE finds the report in its place.
        self.rejected.finish().await?;
        self.counts.bytes_read = bytes_read;
        Ok(self.counts)
    }
}
