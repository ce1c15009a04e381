//! What must the outside do for products and catalog imports?

use std::ops::Range;

use async_trait::async_trait;

use super::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use super::product::{CatalogRow, Product};
use crate::ports::PortFailure;
use crate::values::{
    CorrelationId, CustomerId, ImportCounts, ObjectSequencer, ObjectVersion, Sku, Timestamp, UploadId,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    pub products: Vec<Product>,
    /// The SKU to continue after, while there may be more.
    pub next: Option<Sku>,
}

/// Reads products. One that has a photo or a reservation but no catalog row yet is not a product.
#[async_trait]
pub trait ProductCatalog: Send + Sync {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure>;
    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure>;
}

/// Makes short-lived links to private thumbnails. Signing is local, but credentials may have to be fetched.
#[async_trait]
pub trait ThumbnailLinks: Send + Sync {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure>;
}

/// Which row is newer? That of the later upload; within one file the one that begins later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogVersion {
    pub upload_sequence: u64,
    pub byte_offset: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyOutcome {
    Applied,
    /// The product has this version or a newer one. Nothing changed.
    Superseded,
    /// The store asks to slow down. Nothing is known to have changed; the same row may come again later.
    Throttled,
}

/// Writes catalog rows.
#[async_trait]
pub trait CatalogWriter: Send + Sync {
    /// MUST be one conditional write (`version < :this`) of the catalog attributes alone: units on hand are set and open
    /// reservations stay subtracted; photos, reservations and sales on the same product are untouched.
    ///
    /// MUST tell a throttled write at once instead of repeating it: how fast rows come is the caller's to decide, who
    /// cannot slow down for what it does not see.
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        at: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure>;
}

/// Bytes as they arrive.
#[async_trait]
pub trait ByteStream: Send {
    /// The next piece, never empty; `None` at the end. A body that was cut off is a transient failure, never an end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure>;
}

/// Reads catalog files.
#[async_trait]
pub trait CatalogFiles: Send + Sync {
    /// Opens these bytes of one version; the stream MUST end behind the last of them, or with the file. `None` when it was
    /// deleted since.
    async fn open(&self, object: &ObjectVersion, bytes: Range<u64>)
    -> Result<Option<Box<dyn ByteStream>>, PortFailure>;
}

/// A file under construction, visible to readers only once finished.
#[async_trait]
pub trait FileSink: Send {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure>;
    async fn finish(self: Box<Self>) -> Result<(), PortFailure>;
}

/// Keeps the files of rejected rows, `reports/{upload_id}/rejected.csv`, and the parts that they are made of.
#[async_trait]
pub trait RejectedRowsFiles: Send + Sync {
    /// Replaces what an earlier attempt wrote, but only when finished.
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure>;
    /// A part under a name that nobody used before: 1 to 64 of `[a-z0-9-]`.
    async fn create_part(&self, import: &ImportId, part: &str) -> Result<Box<dyn FileSink>, PortFailure>;
    /// Opens a part that was finished; `None` where there is none (any more).
    async fn open_part(&self, import: &ImportId, part: &str) -> Result<Option<Box<dyn ByteStream>>, PortFailure>;
}

/// What is known of the import of one version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogImport {
    pub id: ImportId,
    /// Who uploaded it and gets the report; nobody for a file that was copied in by hand.
    pub uploaded_by: Option<CustomerId>,
    /// The id of the request that announced the file. The import is logged under it.
    pub correlation_id: CorrelationId,
    pub file_name: String,
    /// Imported or rejected before, with these counts: a repeated event finds it so.
    pub finished: Option<CatalogImportEnd>,
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogImportEnd {
    /// Every row was read; some may have been rejected.
    Done {
        counts: ImportCounts,
        /// Columns of the file that the shop does not know, as its header names them.
        unknown_columns: Vec<String>,
    },
    /// The whole file is unusable.
    Rejected { reason: String },
}

/// What an event about a file leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    Import(CatalogImport),
    /// A newer version of the same file was seen before: this one is history.
    Outdated,
}

/// What became of an attempt to note progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    Noted,
    /// Somebody else's progress is not the one that this attempt went on from. Nothing changed.
    Overtaken,
    /// The import has ended, or a newer version of the file took its place. Nothing changed.
    Closed,
}

/// Keeps the state of imports, range by range.
#[async_trait]
pub trait ImportLedger: Send + Sync {
    /// Marks the upload PROCESSING unless this version has finished. An upload that nobody announced (an object copied in by
    /// hand) MUST be recorded now, with the next sequence; so MUST another version of a file that was seen before, unless
    /// its `sequencer` says that it is the older one. The same version again finds the same import.
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Result<Begin, PortFailure>;
    /// How far a range is; `None` before its first progress.
    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure>;
    /// Notes progress of a range that stands at `from` ([`RangeProgress::none`] before the first). In the same step MUST the
    /// difference be added to what the upload shows, so that every row is counted once however often and by whomever it is
    /// read. MUST change nothing unless the range still stands there and the import is open.
    async fn advance(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp,
    ) -> Result<Advance, PortFailure>;
    /// Ends the import. Of several attempts the first one's numbers stay, and are returned to all. `None`, and nothing
    /// changes, where a newer version of the file took its place.
    async fn finish(
        &self,
        import: &ImportId,
        end: &CatalogImportEnd,
        at: Timestamp,
    ) -> Result<Option<CatalogImport>, PortFailure>;
}

/// Runs imports that are too much for one invocation: range by range, several at a time.
#[async_trait]
pub trait ImportRunner: Send + Sync {
    /// MUST start at most one execution per [`ImportId::execution_name`]; one that exists already is success. `ranges` says
    /// how the file is divided, where that is known; otherwise it is divided first.
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure>;
}
