//! An upload: one file that staff announced, or that was copied in by hand, and its state.

use crate::values::{CatalogKey, CorrelationId, CustomerId, ImportCounts, PhotoKey, Sku, Timestamp, UploadId};

/// The largest catalog that one presigned PUT accepts (an S3 limit: a single PUT carries at most 5 GB).
pub const CATALOG_BYTES_MAX: u64 = 5_000_000_000;
/// Bytes of a catalog's file name at most.
pub const FILE_NAME_BYTES_MAX: usize = 255;

/// The kind of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadKind {
    /// A photo that its product will show.
    ProductPhoto {
        /// The product.
        sku: Sku,
        /// The announced media type, one of the four in `uploads/create.rs`.
        content_type: String,
    },
    /// A catalog in CSV.
    Catalog {
        /// The name on the uploader's machine, for the status and the mail.
        file_name: String,
    },
}

/// The status of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadStatus {
    /// Announced; the file has not arrived.
    Waiting,
    /// A function has begun to read the file.
    Processing,
    /// The file is processed, even if rows of it were rejected.
    Done,
    /// The whole file is unusable.
    Rejected,
}

impl UploadStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Processing, Self::Done, Self::Rejected];

    /// The name that callers and stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Processing => "PROCESSING",
            Self::Done => "DONE",
            Self::Rejected => "REJECTED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether the status never changes again.
    pub fn is_final(self) -> bool {
        match self {
            Self::Waiting | Self::Processing => false,
            Self::Done | Self::Rejected => true,
        }
    }
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The upload's identity, part of its object key.
    pub id: UploadId,
    /// The kind of the file.
    pub kind: UploadKind,
    /// The announced size of the file, in bytes.
    pub size_bytes: u64,
    /// `None` for a file that was copied in by hand.
    pub created_by: Option<CustomerId>,
    /// When it was announced, or first seen in the bucket.
    pub created_at: Timestamp,
    /// The id of the request that announced the file. Everything that the file causes is logged under it.
    pub correlation_id: CorrelationId,
    /// Order among all uploads; later ones win.
    pub sequence: u64,
    /// Where the upload stands.
    pub status: UploadStatus,
    /// Present once REJECTED.
    pub reason: Option<String>,
    /// Present for a catalog whose import has begun.
    pub import: Option<ImportCounts>,
}

impl Upload {
    /// The key of the file in the uploads bucket.
    pub fn object_key(&self) -> String {
        object_key(&self.id, &self.kind)
    }
}

/// The key of such a file in the uploads bucket.
pub fn object_key(id: &UploadId, kind: &UploadKind) -> String {
    match kind {
        UploadKind::ProductPhoto { sku, .. } => PhotoKey {
            sku: sku.clone(),
            upload_id: id.clone(),
        }
        .to_key(),
        UploadKind::Catalog { .. } => CatalogKey { upload_id: id.clone() }.to_key(),
    }
}
