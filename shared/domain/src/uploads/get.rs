//! Reads the status of an upload.

use std::sync::Arc;
use std::time::Duration;

use super::ports::{UploadLinks, UploadRepository};
use super::upload::{Upload, UploadStatus};
use crate::ports::{Clock, PortFailure};
use crate::values::{UploadId, catalog_report_key};

/// How long the link to the rejected rows works.
pub const REPORT_LINK_LIVES: Duration = Duration::from_hours(1);

/// The use case behind `GET /uploads/{id}`.
pub struct GetUpload {
    /// The stored uploads.
    pub uploads: Arc<dyn UploadRepository>,
    /// Signs the link to the rejected rows.
    pub links: Arc<dyn UploadLinks>,
    /// The time from which the link expires.
    pub clock: Arc<dyn Clock>,
}

/// An upload as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenUpload {
    /// The upload as it is stored.
    pub upload: Upload,
    /// Present once the import is done, if it rejected rows.
    pub rejected_rows_url: Option<String>,
}

impl GetUpload {
    /// `None` if there is no such upload.
    pub async fn run(&self, id: &UploadId) -> Result<Option<SeenUpload>, PortFailure> {
        let Some(upload) = self.uploads.find(id).await? else {
            return Ok(None);
        };
        let has_report =
            upload.status == UploadStatus::Done && upload.import.is_some_and(|counts| counts.rows_rejected > 0);
        let rejected_rows_url = if has_report {
            let expires_at = self.clock.now().plus(REPORT_LINK_LIVES);
            Some(self.links.get_link(&catalog_report_key(id), expires_at).await?)
        } else {
            None
        };
        Ok(Some(SeenUpload {
            upload,
            rejected_rows_url,
        }))
    }
}
