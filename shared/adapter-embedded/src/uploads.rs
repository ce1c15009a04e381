//! How does SQLite keep announced uploads?

use async_trait::async_trait;
use domain::ports::PortFailure;
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::{Upload, UploadStatus};
use domain::values::UploadId;

use crate::Database;
use crate::upload_rows::{self, NewRow};

#[derive(Debug, Clone)]
pub struct SqliteUploadRepository {
    pub database: Database,
}

#[async_trait]
impl UploadRepository for SqliteUploadRepository {
    async fn announce(&self, upload: &AnnouncedUpload) -> Result<Upload, PortFailure> {
        let upload = upload.clone();
        self.database
            .call("announce upload", move |connection| {
                let AnnouncedUpload {
                    id,
                    kind,
                    size_bytes,
                    created_by,
                    created_at,
                    correlation_id,
                } = &upload;
                let new = NewRow {
                    id,
                    kind,
                    size_bytes: *size_bytes,
                    created_by: Some(created_by),
                    correlation_id: Some(correlation_id),
                    status: UploadStatus::Waiting,
                    at: *created_at,
                };
                upload_rows::insert(connection, &new)?;
                upload_rows::get(connection, &upload.id)
            })
            .await
    }

    async fn find(&self, id: &UploadId) -> Result<Option<Upload>, PortFailure> {
        let id = id.clone();
        self.database
            .read("read upload", move |connection| upload_rows::find(connection, &id))
            .await
    }
}
