//! Stores imports: their numbers on the row of the upload, their ranges in rows of their own.

use domain::catalog::csv::RecordStart;
use domain::catalog::import::file_version::FileVersion;
use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::values::{ImportCounts, ObjectSequencer, Timestamp, UploadId};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::columns::{json, json_text, parsed_optional};

/// The version of a file whose import was begun last.
pub(crate) fn begun_version(connection: &Connection, id: &UploadId) -> rusqlite::Result<FileVersion> {
    connection
        .prepare_cached("SELECT object_version, object_sequencer FROM uploads WHERE id = ?1")?
        .query_row(params![id.as_str()], |row| {
            Ok(FileVersion {
                version_id: row.get("object_version")?,
                sequencer: parsed_optional(row, "object_sequencer", ObjectSequencer::parse)?,
            })
        })
}

/// Greater than any that was given: rows are never deleted, and a row that moves on takes the greatest with it.
pub(crate) fn next_sequence(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT max(sequence) + 1 FROM uploads")?
        .query_row([], |row| row.get(0))
}

/// Makes the row of an upload that of an import of which nothing was read yet.
pub(crate) fn open(
    connection: &Connection,
    import: &ImportId,
    version: &FileVersion,
    size_bytes: u64,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let ImportId { upload_id, sequence } = import;
    let FileVersion { version_id, sequencer } = version;
    connection
        .prepare_cached(
            "UPDATE uploads
             SET sequence = :sequence, object_version = :version, object_sequencer = :sequencer,
                 status = 'PROCESSING', reason = NULL, unknown_columns = NULL, rows_read = 0, rows_written = 0,
                 rows_rejected = 0, bytes_read = 0, bytes_total = :bytes_total, updated_at = :at
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":sequence": sequence,
            ":version": version_id,
            ":sequencer": sequencer.as_ref().map(ObjectSequencer::as_str),
            ":bytes_total": size_bytes,
            ":at": at.unix_ms(),
            ":id": upload_id.as_str(),
        })?;
    Ok(())
}

/// Columns of the file that the shop does not know; none before the import is DONE.
pub(crate) fn unknown_columns(connection: &Connection, id: &UploadId) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT coalesce(unknown_columns, '[]') AS columns FROM uploads WHERE id = ?1")?
        .query_row(params![id.as_str()], |row| json(row, "columns"))
}

pub(crate) fn store_counts(connection: &Connection, id: &UploadId, counts: ImportCounts) -> rusqlite::Result<()> {
    let ImportCounts {
        rows_read,
        rows_written,
        rows_rejected,
        bytes_read,
        bytes_total,
    } = counts;
    connection
        .prepare_cached(
            "UPDATE uploads
             SET rows_read = :read, rows_written = :written, rows_rejected = :rejected, bytes_read = :bytes_read,
                 bytes_total = :bytes_total
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":read": rows_read,
            ":written": rows_written,
            ":rejected": rows_rejected,
            ":bytes_read": bytes_read,
            ":bytes_total": bytes_total,
            ":id": id.as_str(),
        })?;
    Ok(())
}

pub(crate) fn store_unknown_columns(
    connection: &Connection,
    id: &UploadId,
    columns: &[String],
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE uploads SET unknown_columns = ?1 WHERE id = ?2")?
        .execute(params![json_text(&columns)?, id.as_str()])?;
    Ok(())
}

/// Adds to what the upload shows; the total stays.
pub(crate) fn add_counts(
    connection: &Connection,
    id: &UploadId,
    more: ImportCounts,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let ImportCounts {
        rows_read,
        rows_written,
        rows_rejected,
        bytes_read,
        bytes_total: _,
    } = more;
    connection
        .prepare_cached(
            "UPDATE uploads
             SET rows_read = rows_read + :read, rows_written = rows_written + :written,
                 rows_rejected = rows_rejected + :rejected, bytes_read = bytes_read + :bytes_read, updated_at = :at
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":read": rows_read,
            ":written": rows_written,
            ":rejected": rows_rejected,
            ":bytes_read": bytes_read,
            ":at": at.unix_ms(),
            ":id": id.as_str(),
        })?;
    Ok(())
}

pub(crate) fn progress(
    connection: &Connection,
    import: &ImportId,
    range: u32,
) -> rusqlite::Result<Option<RangeProgress>> {
    connection
        .prepare_cached(
            "SELECT reached_byte, reached_line, rows_read, rows_rejected, parts, is_done FROM import_ranges
             WHERE sequence = ?1 AND range_index = ?2",
        )?
        .query_row(params![import.sequence, range], |row| {
            Ok(RangeProgress {
                reached: RecordStart {
                    byte_offset: row.get("reached_byte")?,
                    line: row.get("reached_line")?,
                },
                rows_read: row.get("rows_read")?,
                rows_rejected: row.get("rows_rejected")?,
                parts: json(row, "parts")?,
                is_done: row.get("is_done")?,
            })
        })
        .optional()
}

pub(crate) fn store_progress(
    connection: &Connection,
    import: &ImportId,
    range: u32,
    progress: &RangeProgress,
) -> rusqlite::Result<()> {
    let RangeProgress {
        reached: RecordStart { byte_offset, line },
        rows_read,
        rows_rejected,
        parts,
        is_done,
    } = progress;
    connection
        .prepare_cached(
            "REPLACE INTO import_ranges (sequence, range_index, reached_byte, reached_line, rows_read, rows_rejected,
                                         parts, is_done)
             VALUES (:sequence, :range, :byte, :line, :read, :rejected, :parts, :done)",
        )?
        .execute(named_params! {
            ":sequence": import.sequence,
            ":range": range,
            ":byte": byte_offset,
            ":line": line,
            ":read": rows_read,
            ":rejected": rows_rejected,
            ":parts": json_text(parts)?,
            ":done": is_done,
        })?;
    Ok(())
}
