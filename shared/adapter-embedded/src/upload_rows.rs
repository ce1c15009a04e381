//! Stores an upload as one row, whether staff announced it or its file was copied in by hand.

use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CorrelationId, CustomerId, ImportCounts, Sku, Timestamp, UploadId};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wire::new_upload::{KIND_CATALOG, KIND_PRODUCT_PHOTO};

use crate::columns::{parsed, parsed_optional, timestamp, unreadable, variant};

const COLUMNS: &str = "sequence, id, kind, sku, content_type, file_name, size_bytes, created_by, created_at, correlation_id, \
     status, reason, rows_read, rows_written, rows_rejected, bytes_read, bytes_total";

#[derive(Debug, thiserror::Error)]
#[error("the upload has an unknown kind; accepted are product-photo and catalog")]
struct UnknownKind;

/// A row about to be written under the next sequence.
pub(crate) struct NewRow<'a> {
    pub(crate) id: &'a UploadId,
    pub(crate) kind: &'a UploadKind,
    pub(crate) size_bytes: u64,
    pub(crate) created_by: Option<&'a CustomerId>,
    pub(crate) correlation_id: Option<&'a CorrelationId>,
    pub(crate) status: UploadStatus,
    pub(crate) at: Timestamp,
}

/// Does nothing if the upload exists.
pub(crate) fn insert(connection: &Connection, new: &NewRow<'_>) -> rusqlite::Result<()> {
    let NewRow {
        id,
        kind,
        size_bytes,
        created_by,
        correlation_id,
        status,
        at,
    } = new;
    let (kind, sku, content_type, file_name) = match kind {
        UploadKind::ProductPhoto { sku, content_type } => (
            KIND_PRODUCT_PHOTO,
            Some(sku.as_str()),
            Some(content_type.as_str()),
            None,
        ),
        UploadKind::Catalog { file_name } => (KIND_CATALOG, None, None, Some(file_name.as_str())),
    };
    connection
        .prepare_cached(
            "INSERT INTO uploads (id, kind, sku, content_type, file_name, size_bytes, created_by, created_at,
                                  updated_at, correlation_id, status)
             VALUES (:id, :kind, :sku, :content_type, :file_name, :size, :created_by, :at, :at, :correlation, :status)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(named_params! {
            ":id": id.as_str(),
            ":kind": kind,
            ":sku": sku,
            ":content_type": content_type,
            ":file_name": file_name,
            ":size": size_bytes,
            ":created_by": created_by.map(CustomerId::as_str),
            ":at": at.unix_ms(),
            ":correlation": correlation_id.map(CorrelationId::as_str),
            ":status": status.as_str(),
        })?;
    Ok(())
}

pub(crate) fn find(connection: &Connection, id: &UploadId) -> rusqlite::Result<Option<Upload>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM uploads WHERE id = ?1"))?
        .query_row(params![id.as_str()], read)
        .optional()
}

/// For an upload that was written in the same transaction, or has to be there.
pub(crate) fn get(connection: &Connection, id: &UploadId) -> rusqlite::Result<Upload> {
    find(connection, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// WAITING becomes PROCESSING; what is further stays.
pub(crate) fn mark_processing(connection: &Connection, id: &UploadId, at: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads SET status = 'PROCESSING', updated_at = ?2 WHERE id = ?1 AND status = 'WAITING'",
        )?
        .execute(params![id.as_str(), at.unix_ms()])?;
    Ok(())
}

/// Ends an upload that has not ended yet; of several ends the first one stays.
pub(crate) fn end(
    connection: &Connection,
    id: &UploadId,
    status: UploadStatus,
    reason: Option<&str>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads SET status = ?2, reason = ?3, updated_at = ?4
             WHERE id = ?1 AND status IN ('WAITING', 'PROCESSING')",
        )?
        .execute(params![id.as_str(), status.as_str(), reason, at.unix_ms()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let kind: String = row.get("kind")?;
    let kind = match kind.as_str() {
        KIND_PRODUCT_PHOTO => UploadKind::ProductPhoto {
            sku: parsed(row, "sku", Sku::parse)?,
            content_type: row.get("content_type")?,
        },
        KIND_CATALOG => UploadKind::Catalog {
            file_name: row.get("file_name")?,
        },
        _ => return Err(unreadable(row, "kind", UnknownKind)),
    };
    let rows_read: Option<u64> = row.get("rows_read")?;
    let import = match rows_read {
        Some(rows_read) => Some(ImportCounts {
            rows_read,
            rows_written: row.get("rows_written")?,
            rows_rejected: row.get("rows_rejected")?,
            bytes_read: row.get("bytes_read")?,
            bytes_total: row.get("bytes_total")?,
        }),
        None => None,
    };
    let id = parsed(row, "id", UploadId::parse)?;
    let correlation_id = parsed_optional(row, "correlation_id", CorrelationId::parse)?;
    Ok(Upload {
        correlation_id: correlation_id.unwrap_or_else(|| (&id).into()),
        id,
        kind,
        size_bytes: row.get("size_bytes")?,
        created_by: parsed_optional(row, "created_by", CustomerId::parse)?,
        created_at: timestamp(row, "created_at")?,
        sequence: row.get("sequence")?,
        status: variant(row, "status", UploadStatus::parse)?,
        reason: row.get("reason")?,
        import,
    })
}
