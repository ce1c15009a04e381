//! Stores announced uploads in SQLite.

use async_trait::async_trait;
use domain::ports::PortFailure;
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::{Upload, UploadStatus};
use domain::values::{CorrelationId, Timestamp, UploadId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Database;
use crate::upload_rows::{self, NewRow};

/// Keeps uploads in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteUploadRepository {
    /// The shop's database.
    pub database: Database,
}

/// Ends an upload whose file could not be processed. One that has ended stays as it is, and so does one that shows the
/// import of another version of its file.
pub fn fail(
    connection: &Connection,
    id: &UploadId,
    version_id: Option<&str>,
    reason: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let shown: Option<String> = connection
        .prepare_cached("SELECT object_version FROM uploads WHERE id = ?1")?
        .query_row(params![id.as_str()], |row| row.get(0))
        .optional()?
        .flatten();
    if shown.is_some() && version_id.is_some() && shown.as_deref() != version_id {
        return Ok(());
    }
    upload_rows::end(connection, id, UploadStatus::Rejected, Some(reason), at)
}

/// Lets an upload that [`fail`] ended for this reason be processed again.
pub fn reopen(connection: &Connection, id: &UploadId, reason: &str, at: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads SET status = 'PROCESSING', reason = NULL, updated_at = ?3
             WHERE id = ?1 AND status = 'REJECTED' AND reason = ?2",
        )?
        .execute(params![id.as_str(), reason, at.unix_ms()])?;
    Ok(())
}

/// The id of the request that announced an upload; the upload's own id where no request did.
pub fn correlation_id(connection: &Connection, id: &UploadId) -> rusqlite::Result<CorrelationId> {
    let upload = upload_rows::find(connection, id)?;
    Ok(upload.map_or_else(|| id.into(), |upload| upload.correlation_id))
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
