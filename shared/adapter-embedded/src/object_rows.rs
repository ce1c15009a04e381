//! Stores the metadata of objects: one row per version; the greatest id of a key is its latest.

use domain::values::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::columns::timestamp;

const COLUMNS: &str = "id, key, version, file, size_bytes, content_type, at";

pub(crate) struct ObjectRow {
    /// Given by the database: zero before.
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) version: String,
    /// Below the bucket's folder.
    pub(crate) file: String,
    pub(crate) size_bytes: u64,
    pub(crate) content_type: String,
    pub(crate) at: Timestamp,
}

pub(crate) fn find(
    connection: &Connection,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> rusqlite::Result<Option<ObjectRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM objects WHERE bucket = ?1 AND key = ?2 AND (?3 IS NULL OR version = ?3)
             ORDER BY id DESC LIMIT 1"
        ))?
        .query_row(params![bucket, key, version], read)
        .optional()
}

/// Answers the row's id.
pub(crate) fn insert(connection: &Connection, bucket: &str, row: &ObjectRow) -> rusqlite::Result<i64> {
    let ObjectRow {
        // Given by the database.
        id: _,
        key,
        version,
        file,
        size_bytes,
        content_type,
        at,
    } = row;
    connection
        .prepare_cached(
            "INSERT INTO objects (bucket, key, version, file, size_bytes, content_type, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
        )?
        .query_row(
            params![bucket, key, version, file, size_bytes, content_type, at.unix_ms()],
            |row| row.get(0),
        )
}

/// Removes the rows of a key below an id, and answers their files.
pub(crate) fn remove_older_than(
    connection: &Connection,
    bucket: &str,
    key: &str,
    id: i64,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("DELETE FROM objects WHERE bucket = ?1 AND key = ?2 AND id < ?3 RETURNING file")?
        .query_map(params![bucket, key, id], |row| row.get(0))?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<ObjectRow> {
    Ok(ObjectRow {
        id: row.get("id")?,
        key: row.get("key")?,
        version: row.get("version")?,
        file: row.get("file")?,
        size_bytes: row.get("size_bytes")?,
        content_type: row.get("content_type")?,
        at: timestamp(row, "at")?,
    })
}
