//! The ports of uploads: what a store of uploads and a signer of links must do.

use async_trait::async_trait;

use super::upload::{Upload, UploadKind};
use crate::ports::PortFailure;
use crate::values::{CorrelationId, CustomerId, Timestamp, UploadId};

/// An upload that staff announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedUpload {
    pub id: UploadId,
    pub kind: UploadKind,
    pub size_bytes: u64,
    pub created_by: CustomerId,
    pub created_at: Timestamp,
    /// The id of the request that announces the file.
    pub correlation_id: CorrelationId,
}

/// Keeps uploads.
#[async_trait]
pub trait UploadRepository: Send + Sync {
    /// Stores it as WAITING under the next sequence, which MUST be greater than every one given before.
    async fn announce(&self, upload: &AnnouncedUpload) -> Result<Upload, PortFailure>;
    /// `None` if there is no such upload.
    async fn find(&self, id: &UploadId) -> Result<Option<Upload>, PortFailure>;
}

/// The object that a link accepts: this key, once, of this length and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadGrant {
    pub key: String,
    pub content_type: String,
    pub size_bytes: u64,
    pub expires_at: Timestamp,
}

/// A link, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLink {
    pub url: String,
    /// Headers that the caller must send as they are: they are part of the signature.
    pub headers: Vec<(String, String)>,
}

/// Makes presigned links into and out of the uploads bucket.
#[async_trait]
pub trait UploadLinks: Send + Sync {
    /// A PUT whose signature binds `Content-Length`, `Content-Type` and `If-None-Match: *`.
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure>;
    /// A GET of a private object.
    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure>;
}
