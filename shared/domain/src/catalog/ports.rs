//! The ports of products and catalog imports.

use std::ops::Range;

use async_trait::async_trait;

use super::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use super::product::{CatalogRow, Product};
use crate::ports::PortFailure;
use crate::values::{
    CorrelationId, CustomerId, ImportCounts, ObjectSequencer, ObjectVersion, Sku, Timestamp, UploadId,
};

/// One page of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    /// In the order of their SKUs.
    pub products: Vec<Product>,
    /// The SKU to continue after, while there may be more.
    pub next: Option<Sku>,
}

/// Reads products. One that has a photo or a reservation but no catalog row yet is not a product.
#[async_trait]
pub trait ProductCatalog: Send + Sync {
    /// `None` if the catalog has no such product.
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure>;
    /// At most `limit` products behind the SKU `after`, in the order of their SKUs.
    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure>;
}

/// Makes short-lived links to private thumbnails. Signing is local, but credentials may have to be fetched.
#[async_trait]
pub trait ThumbnailLinks: Send + Sync {
    /// The link to the object with this key. It works until `expires_at`.
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure>;
}

/// The age of a row: that of a later upload is newer, and within one file the one that begins later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogVersion {
    /// The sequence of the upload that brought the row.
    pub upload_sequence: u64,
    /// Where the row begins in its file.
    pub byte_offset: u64,
}

/// The answer to a write of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// The product now has the row's values.
    Applied,
    /// The product has this version or a newer one. Nothing changed.
    Superseded,
    /// The store asks to slow down. Nothing changed, as far as it answered; the same row may be sent again later.
    Throttled,
}

/// Writes catalog rows.
#[async_trait]
pub trait CatalogWriter: Send + Sync {
    /// MUST be one conditional write (`version < :this`) of the catalog attributes alone: units on hand are set and
    /// open reservations stay subtracted; photos, reservations and sales on the same product are untouched.
    ///
    /// MUST report a throttled write at once instead of repeating it. The caller controls the rate, and it can only
    /// slow down for throttling that is reported to it.
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
    /// The next piece, never empty; `None` at the end. A body that breaks off MUST be a transient failure, not an end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure>;
}

/// Reads catalog files.
#[async_trait]
pub trait CatalogFiles: Send + Sync {
    /// Opens these bytes of one version; the stream MUST end behind the last of them, or with the file. `None` if the
    /// file was deleted.
    async fn open(&self, object: &ObjectVersion, bytes: Range<u64>)
    -> Result<Option<Box<dyn ByteStream>>, PortFailure>;
}

/// A file under construction, visible to readers only once finished.
#[async_trait]
pub trait FileSink: Send {
    /// Appends the bytes.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure>;
    /// Makes the file visible. A file that is dropped before stays invisible.
    async fn finish(self: Box<Self>) -> Result<(), PortFailure>;
}

/// Keeps the files of rejected rows, `reports/{upload_id}/rejected.csv`, and the parts that they are made of.
#[async_trait]
pub trait RejectedRowsFiles: Send + Sync {
    /// Replaces the file of an earlier attempt once it is finished.
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure>;
    /// Creates a part under a name that was not used before: 1 to 64 of `[a-z0-9-]`.
    async fn create_part(&self, import: &ImportId, part: &str) -> Result<Box<dyn FileSink>, PortFailure>;
    /// Opens a part that was finished; `None` where there is none, or none any more.
    async fn open_part(&self, import: &ImportId, part: &str) -> Result<Option<Box<dyn ByteStream>>, PortFailure>;
}

/// The import of one version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogImport {
    /// The import's identity.
    pub id: ImportId,
    /// The uploader, who gets the mail; `None` for a file that was copied in by hand.
    pub uploaded_by: Option<CustomerId>,
    /// The id of the request that announced the file. The import is logged under it.
    pub correlation_id: CorrelationId,
    /// The name that the uploader gave, for the mail.
    pub file_name: String,
    /// Present once the import has ended: a repeated event finds it so.
    pub finished: Option<CatalogImportEnd>,
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogImportEnd {
    /// Every row was read; some may have been rejected.
    Done {
        /// The final numbers of all ranges.
        counts: ImportCounts,
        /// Columns of the file that are ignored, as its header names them.
        unknown_columns: Vec<String>,
    },
    /// The whole file is unusable.
    Rejected {
        /// Why, as its uploader reads it.
        reason: String,
    },
}

/// The result of an event about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// The import of this version: new, or begun by an earlier event.
    Import(CatalogImport),
    /// The import of a newer version of the same file has begun before.
    Outdated,
}

/// The result of an attempt to record progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// The range now stands at the new checkpoint.
    Recorded,
    /// The range does not stand where this attempt began: another attempt advanced it. Nothing changed.
    Overtaken,
    /// The import has ended, or a newer version of the file took its place. Nothing changed.
    Closed,
}

/// The result of a call to end an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// This call ended it.
    Ended(CatalogImport),
    /// An earlier call ended it, and its numbers stay. Also where the answer of this call's own write was lost.
    EndedBefore(CatalogImport),
    /// A newer version of the file took its place. Nothing changed.
    Superseded(CatalogImport),
}

/// Keeps the state of imports, range by range.
#[async_trait]
pub trait ImportLedger: Send + Sync {
    /// Marks the upload PROCESSING unless this version has finished. An upload that was not announced (an object that
    /// was copied in by hand) MUST be recorded now, with the next sequence; so MUST another version of a file whose
    /// import has begun, unless its `sequencer` says that it is the older one. The same version again finds the same
    /// import.
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Result<Begin, PortFailure>;
    /// The progress of a range; `None` before the first of it.
    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure>;
    /// Records progress of a range that stands at `from` ([`RangeProgress::none`] before the first). The difference
    /// MUST be added to the numbers that the upload shows in the same step, so that every row is counted once, however
    /// many attempts read it. MUST change nothing unless the range still stands there and the import is open.
    async fn advance(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp,
    ) -> Result<Advance, PortFailure>;
    /// Ends the import. The numbers of the first call stay, and MUST be returned to all; [`Finish::Ended`] MUST be
    /// returned to at most one of them, which reports them.
    async fn finish(&self, import: &ImportId, end: &CatalogImportEnd, at: Timestamp) -> Result<Finish, PortFailure>;
}

/// Runs imports that take longer than one invocation: range by range, several at a time.
#[async_trait]
pub trait ImportRunner: Send + Sync {
    /// MUST start at most one execution per [`ImportId::execution_name`]; one that exists already is success. Without
    /// `ranges` the execution divides the file first.
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure>;
}
