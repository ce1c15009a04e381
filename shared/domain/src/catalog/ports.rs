//! What must the outside do for products and catalog imports?

use async_trait::async_trait;

use super::product::{CatalogRow, Product};
use crate::ports::PortFailure;
use crate::values::{CustomerId, ImportCounts, ObjectVersion, Sku, Timestamp, UploadId};

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
    /// Opens one version at a byte offset; `None` when it was deleted since.
    async fn open(&self, object: &ObjectVersion, from_byte: u64) -> Result<Option<Box<dyn ByteStream>>, PortFailure>;
}

/// A file under construction, visible to readers only once finished.
#[async_trait]
pub trait FileSink: Send {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure>;
    async fn finish(self: Box<Self>) -> Result<(), PortFailure>;
}

/// Keeps the files of rejected rows, `reports/{upload_id}/rejected.csv`.
#[async_trait]
pub trait RejectedRowsFiles: Send + Sync {
    /// Replaces what an earlier attempt wrote, but only when finished.
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure>;
}

/// What the import knows of the upload that brought a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogImport {
    pub upload_id: UploadId,
    pub sequence: u64,
    /// Who uploaded it and gets the report; nobody for a file that was copied in by hand.
    pub uploaded_by: Option<CustomerId>,
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

/// Keeps the state of imports.
#[async_trait]
pub trait ImportLedger: Send + Sync {
    /// Marks the upload PROCESSING unless it has finished. An upload that nobody announced (an object copied in by hand)
    /// MUST be recorded now, with the next sequence.
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        at: Timestamp,
    ) -> Result<CatalogImport, PortFailure>;
    /// Notes how far the import is. MUST NOT touch an import that has ended, nor go back.
    async fn progress(&self, upload_id: &UploadId, counts: ImportCounts, at: Timestamp) -> Result<(), PortFailure>;
    /// Ends the import. Of several attempts the first one's numbers stay, and are returned to all.
    async fn finish(
        &self,
        upload_id: &UploadId,
        end: &CatalogImportEnd,
        at: Timestamp,
    ) -> Result<CatalogImportEnd, PortFailure>;
}
