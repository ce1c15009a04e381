//! Announces a file, and returns a link that accepts this file only.

use std::sync::Arc;
use std::time::Duration;

use super::ports::{AnnouncedUpload, UploadGrant, UploadLink, UploadLinks, UploadRepository};
use super::upload::{CATALOG_BYTES_MAX, FILE_NAME_BYTES_MAX, Upload, UploadKind};
use crate::ports::{Clock, IdGenerator, PortFailure};
use crate::values::{CorrelationId, CustomerId, PHOTO_BYTES_MAX, Timestamp, UploadId};

/// How long a link accepts its file.
pub const LINK_LIVES: Duration = Duration::from_mins(15);
/// The content types of photos.
pub const PHOTO_CONTENT_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/// The content type of catalogs.
pub const CATALOG_CONTENT_TYPE: &str = "text/csv";

/// The use case behind `POST /uploads`.
pub struct CreateUpload {
    /// The stored uploads.
    pub uploads: Arc<dyn UploadRepository>,
    /// Signs the link that accepts the file.
    pub links: Arc<dyn UploadLinks>,
    /// The time of the upload, from which the link expires.
    pub clock: Arc<dyn Clock>,
    /// Makes the upload's id.
    pub ids: Arc<dyn IdGenerator>,
}

/// A checked request for an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// The announced kind of the file.
    pub kind: UploadKind,
    /// The exact size of the file, in bytes.
    pub size_bytes: u64,
    /// The member of staff, from the access token.
    pub created_by: CustomerId,
    /// The id of the request. Everything that the file causes is logged under it.
    pub correlation_id: CorrelationId,
}

/// The stored upload and the link that accepts its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedUpload {
    /// The upload as it is stored.
    pub upload: Upload,
    /// Where and how to send the file.
    pub link: UploadLink,
    /// From then on the link accepts no file.
    pub expires_at: Timestamp,
}

/// Why an upload is refused.
#[derive(Debug, thiserror::Error)]
pub enum CreateUploadError {
    /// The announced file has no byte.
    #[error("the file is empty")]
    Empty,
    /// The announced file is too large for its kind.
    #[error("the file has more than {limit_bytes} bytes")]
    TooLarge {
        /// The most bytes that are accepted.
        limit_bytes: u64,
    },
    /// The content type is not one of [`PHOTO_CONTENT_TYPES`].
    #[error("the content type is not one of {}", PHOTO_CONTENT_TYPES.join(", "))]
    UnsupportedContentType,
    /// The file name is empty, longer than [`FILE_NAME_BYTES_MAX`] bytes, or has a slash or a control character.
    #[error("the file name is empty, longer than {FILE_NAME_BYTES_MAX} bytes, or has a slash or a control character")]
    FileNameFault,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl CreateUpload {
    /// Stores the upload as WAITING and signs a link for its file.
    pub async fn run(&self, new: NewUpload) -> Result<CreatedUpload, CreateUploadError> {
        let content_type = checked_content_type(&new)?;
        let now = self.clock.now();
        let id =
            UploadId::parse(&self.ids.next_id()).map_err(|fault| PortFailure::permanent("make upload id", fault))?;
        let announced = AnnouncedUpload {
            id,
            kind: new.kind,
            size_bytes: new.size_bytes,
            created_by: new.created_by,
            created_at: now,
            correlation_id: new.correlation_id,
        };
        // Announced before the link is made: a file without a stored upload counts as copied in by hand.
        let upload = self.uploads.announce(&announced).await?;
        let expires_at = now.plus(LINK_LIVES);
        let grant = UploadGrant {
            key: upload.object_key(),
            content_type,
            size_bytes: upload.size_bytes,
            expires_at,
        };
        let link = self.links.put_link(&grant).await?;
        Ok(CreatedUpload {
            upload,
            link,
            expires_at,
        })
    }
}

fn checked_content_type(new: &NewUpload) -> Result<String, CreateUploadError> {
    let (content_type, limit_bytes) = match &new.kind {
        UploadKind::ProductPhoto { content_type, .. } => {
            if !PHOTO_CONTENT_TYPES.contains(&content_type.as_str()) {
                return Err(CreateUploadError::UnsupportedContentType);
            }
            (content_type.clone(), PHOTO_BYTES_MAX)
        }
        UploadKind::Catalog { file_name } => {
            let is_plain = !file_name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
            if file_name.is_empty() || file_name.len() > FILE_NAME_BYTES_MAX || !is_plain {
                return Err(CreateUploadError::FileNameFault);
            }
            (CATALOG_CONTENT_TYPE.to_owned(), CATALOG_BYTES_MAX)
        }
    };
    match new.size_bytes {
        0 => Err(CreateUploadError::Empty),
        size_bytes if size_bytes > limit_bytes => Err(CreateUploadError::TooLarge { limit_bytes }),
        _ => Ok(content_type),
    }
}
