//! The state of photo uploads in DynamoDB: on the item of the upload, one conditional write per change.

use async_trait::async_trait;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoUpload, PhotoUploads};
use domain::uploads::upload::{UploadKind, UploadStatus};
use domain::values::{PhotoKey, Timestamp, UploadId};

use crate::attributes::text;
use crate::conditions::found_instead;
use crate::table::Table;
use crate::upload_item::NewUpload;
use crate::uploads;

/// The type of a photo that was copied in by hand. The renderer reads the real one from the file.
const CONTENT_TYPE_UNKNOWN: &str = "application/octet-stream";

/// Uploads of photos. Needs `dynamodb:UpdateItem`.
#[derive(Debug, Clone)]
pub struct DynamoPhotoUploads {
    /// The table of uploads.
    pub table: Table,
}

/// A file was copied by hand to the key of a catalog's upload.
#[derive(Debug, thiserror::Error)]
#[error("the upload is a catalog, not a photo")]
struct NoPhoto;

#[async_trait]
impl PhotoUploads for DynamoPhotoUploads {
    async fn begin(&self, key: &PhotoKey, size_bytes: u64, at: Timestamp) -> Result<PhotoUpload, PortFailure> {
        const ACTION: &str = "begin rendering";
        let by_hand = NewUpload {
            id: &key.upload_id,
            kind: &UploadKind::ProductPhoto {
                sku: key.sku.clone(),
                content_type: CONTENT_TYPE_UNKNOWN.to_owned(),
            },
            size_bytes,
            created_by: None,
            correlation_id: None,
            status: UploadStatus::Processing,
            import: None,
            at,
        };
        let item = uploads::begin(ACTION, &self.table, &by_hand).await?;
        let upload = uploads::read(ACTION, &item)?;
        let UploadKind::ProductPhoto { .. } = upload.kind else {
            return Err(PortFailure::permanent(ACTION, NoPhoto));
        };
        Ok(PhotoUpload {
            sequence: upload.sequence,
            correlation_id: upload.correlation_id,
            finished: upload.status.is_final(),
        })
    }

    async fn done(&self, upload_id: &UploadId, at: Timestamp) -> Result<(), PortFailure> {
        let done = uploads::while_open(&self.table, upload_id, at)
            .update_expression("SET #status = :done, updated_at = :at")
            .expression_attribute_values(":done", text(UploadStatus::Done.as_str()))
            .send()
            .await;
        match done {
            Ok(_) => Ok(()),
            Err(error) => found_instead("finish rendering", error).map(|_finished_before| ()),
        }
    }

    async fn reject(&self, upload_id: &UploadId, reason: &str, at: Timestamp) -> Result<(), PortFailure> {
        let rejected = uploads::while_open(&self.table, upload_id, at)
            .update_expression("SET #status = :rejected, reason = :reason, updated_at = :at")
            .expression_attribute_values(":rejected", text(UploadStatus::Rejected.as_str()))
            .expression_attribute_values(":reason", text(reason))
            .send()
            .await;
        match rejected {
            Ok(_) => Ok(()),
            Err(error) => found_instead("reject photo", error).map(|_finished_before| ()),
        }
    }
}
