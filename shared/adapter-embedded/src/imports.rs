//! How does SQLite keep the state of catalog imports? On the row of the upload that brought the file.

use async_trait::async_trait;
use domain::catalog::ports::{CatalogImport, CatalogImportEnd, ImportLedger};
use domain::ports::PortFailure;
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{ImportCounts, ObjectVersion, Timestamp, UploadId};
use rusqlite::{Connection, named_params, params};

use crate::Database;
use crate::columns::{json, json_text};
use crate::upload_rows::{self, NewRow};

const BEGIN: &str = "begin import";

#[derive(Debug, Clone)]
pub struct SqliteImportLedger {
    pub database: Database,
}

/// Somebody copied a file by hand to the key of a photo's upload.
#[derive(Debug, thiserror::Error)]
#[error("the upload is not one of a catalog")]
struct NoCatalog;

#[async_trait]
impl ImportLedger for SqliteImportLedger {
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        at: Timestamp,
    ) -> Result<CatalogImport, PortFailure> {
        let (id, object) = (upload_id.clone(), object.clone());
        self.database
            .call(BEGIN, move |connection| begin(connection, &id, &object, at))
            .await?
            .ok_or_else(|| PortFailure::permanent(BEGIN, NoCatalog))
    }

    async fn progress(&self, upload_id: &UploadId, counts: ImportCounts, at: Timestamp) -> Result<(), PortFailure> {
        let id = upload_id.clone();
        self.database
            .call("note progress of import", move |connection| {
                let upload = upload_rows::get(connection, &id)?;
                // A second attempt begins anew: it is heard again once it has overtaken the first.
                let goes_on = upload
                    .import
                    .is_none_or(|noted| noted.bytes_read <= counts.bytes_read && noted.rows_read <= counts.rows_read);
                if goes_on && !upload_rows::has_ended(&upload) {
                    store_counts(connection, &id, counts, at)?;
                }
                Ok(())
            })
            .await
    }

    async fn finish(
        &self,
        upload_id: &UploadId,
        end: &CatalogImportEnd,
        at: Timestamp,
    ) -> Result<CatalogImportEnd, PortFailure> {
        let (id, end) = (upload_id.clone(), end.clone());
        self.database
            .call("finish import", move |connection| {
                let upload = upload_rows::get(connection, &id)?;
                if let Some(first) = ended(connection, &upload)? {
                    return Ok(first);
                }
                match &end {
                    CatalogImportEnd::Done {
                        counts,
                        unknown_columns,
                    } => {
                        store_counts(connection, &id, *counts, at)?;
                        store_unknown_columns(connection, &id, unknown_columns)?;
                        upload_rows::end(connection, &id, UploadStatus::Done, None, at)?;
                    }
                    CatalogImportEnd::Rejected { reason } => {
                        upload_rows::end(connection, &id, UploadStatus::Rejected, Some(reason), at)?;
                    }
                }
                Ok(end)
            })
            .await
    }
}

/// `None` where the upload is one of a photo; then nothing changes.
fn begin(
    connection: &Connection,
    id: &UploadId,
    object: &ObjectVersion,
    at: Timestamp,
) -> rusqlite::Result<Option<CatalogImport>> {
    let file_name = object.key.rsplit('/').next().unwrap_or(&object.key).to_owned();
    let by_hand = NewRow {
        id,
        kind: &UploadKind::Catalog { file_name },
        size_bytes: object.size_bytes,
        created_by: None,
        status: UploadStatus::Processing,
        at,
    };
    upload_rows::insert(connection, &by_hand)?;
    let upload = upload_rows::get(connection, id)?;
    let finished = ended(connection, &upload)?;
    let UploadKind::Catalog { file_name } = upload.kind else {
        return Ok(None);
    };
    upload_rows::mark_processing(connection, id, at)?;
    if upload.import.is_none() && finished.is_none() {
        let nothing_yet = ImportCounts {
            bytes_total: object.size_bytes,
            ..ImportCounts::default()
        };
        store_counts(connection, id, nothing_yet, at)?;
    }
    Ok(Some(CatalogImport {
        upload_id: upload.id,
        sequence: upload.sequence,
        uploaded_by: upload.created_by,
        file_name,
        finished,
    }))
}

fn store_counts(connection: &Connection, id: &UploadId, counts: ImportCounts, at: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads
             SET rows_read = :read, rows_written = :written, rows_rejected = :rejected, bytes_read = :bytes_read,
                 bytes_total = :bytes_total, updated_at = :at
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":read": counts.rows_read,
            ":written": counts.rows_written,
            ":rejected": counts.rows_rejected,
            ":bytes_read": counts.bytes_read,
            ":bytes_total": counts.bytes_total,
            ":at": at.unix_ms(),
            ":id": id.as_str(),
        })?;
    Ok(())
}

fn store_unknown_columns(connection: &Connection, id: &UploadId, columns: &[String]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE uploads SET unknown_columns = ?1 WHERE id = ?2")?
        .execute(params![json_text(&columns)?, id.as_str()])?;
    Ok(())
}

/// How the import ended, once it has.
fn ended(connection: &Connection, upload: &Upload) -> rusqlite::Result<Option<CatalogImportEnd>> {
    Ok(match upload.status {
        UploadStatus::Waiting | UploadStatus::Processing => None,
        UploadStatus::Rejected => Some(CatalogImportEnd::Rejected {
            reason: upload.reason.clone().unwrap_or_default(),
        }),
        UploadStatus::Done => Some(CatalogImportEnd::Done {
            counts: upload.import.unwrap_or_default(),
            unknown_columns: connection
                .prepare_cached("SELECT coalesce(unknown_columns, '[]') AS columns FROM uploads WHERE id = ?1")?
                .query_row(params![upload.id.as_str()], |row| json(row, "columns"))?,
        }),
    })
}
