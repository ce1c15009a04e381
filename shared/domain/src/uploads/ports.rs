//! The ports of uploads: what a store of uploads and a signer of links must do.

use async_trait::async_trait;

use super::upload::{Upload, UploadKind};
use crate::ports::PortFailure;
use crate::values::{CorrelationId, CustomerId, Timestamp, UploadId};

/// An upload that staff announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedUpload {
    /// The upload's identity, part of its object key.
    pub id: UploadId,
    /// The announced kind of the file.
    pub kind: UploadKind,
    /// The exact size of the file, in bytes.
    pub size_bytes: u64,
    /// The member of staff who announces it.
    pub created_by: CustomerId,
    /// When it was announced.
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
    /// The object's key in the uploads bucket.
    pub key: String,
    /// The value of `Content-Type`, which the signature binds.
    pub content_type: String,
    /// The value of `Content-Length`, which the signature binds.
    pub size_bytes: u64,
    /// From then on the link is refused.
    pub expires_at: Timestamp,
}

/// A link, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLink {
    /// The signed address.
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
