//! How is an import kept? Its numbers on the row of its upload, its ranges in rows of their own.

use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::catalog::ports::CatalogImportEnd;
use domain::uploads::upload::{Upload, UploadStatus};
use domain::values::{ImportCounts, ObjectSequencer, ObjectVersion, Timestamp, UploadId};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::columns::{json, json_text, parsed_optional};

/// The version of a file whose import was begun last.
pub(crate) struct BegunVersion {
    version_id: Option<String>,
    sequencer: Option<ObjectSequencer>,
}

/// What another event about the same file is about, compared with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Same,
    Older,
    Newer,
}

impl BegunVersion {
    pub(crate) fn of(connection: &Connection, id: &UploadId) -> rusqlite::Result<Self> {
        connection
            .prepare_cached("SELECT object_version, object_sequencer FROM uploads WHERE id = ?1")?
            .query_row(params![id.as_str()], |row| {
                Ok(Self {
                    version_id: row.get("object_version")?,
                    sequencer: parsed_optional(row, "object_sequencer", ObjectSequencer::parse)?,
                })
            })
    }

    pub(crate) fn compared_with(&self, object: &ObjectVersion, sequencer: Option<&ObjectSequencer>) -> Age {
        let sequencers = self.sequencer.as_ref().zip(sequencer);
        let is_the_same = match (&self.version_id, &object.version_id) {
            // A bucket without versions: only the order of its events tells them apart.
            (None, None) => sequencers.is_none_or(|(begun, this)| begun == this),
            (begun, this) => begun == this,
        };
        if is_the_same {
            Age::Same
        } else if sequencers.is_some_and(|(begun, this)| this < begun) {
            Age::Older
        } else {
            Age::Newer
        }
    }
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
    object: &ObjectVersion,
    sequencer: Option<&ObjectSequencer>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads
             SET sequence = :sequence, object_version = :version, object_sequencer = :sequencer,
                 status = 'PROCESSING', reason = NULL, unknown_columns = NULL, rows_read = 0, rows_written = 0,
                 rows_rejected = 0, bytes_read = 0, bytes_total = :bytes_total, updated_at = :at
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":sequence": import.sequence,
            ":version": object.version_id,
            ":sequencer": sequencer.map(ObjectSequencer::as_str),
            ":bytes_total": object.size_bytes,
            ":at": at.unix_ms(),
            ":id": import.upload_id.as_str(),
        })?;
    Ok(())
}

/// How the import ended, once it has.
pub(crate) fn ended(connection: &Connection, upload: &Upload) -> rusqlite::Result<Option<CatalogImportEnd>> {
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

pub(crate) fn store_counts(connection: &Connection, id: &UploadId, counts: ImportCounts) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads
             SET rows_read = :read, rows_written = :written, rows_rejected = :rejected, bytes_read = :bytes_read,
                 bytes_total = :bytes_total
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":read": counts.rows_read,
            ":written": counts.rows_written,
            ":rejected": counts.rows_rejected,
            ":bytes_read": counts.bytes_read,
            ":bytes_total": counts.bytes_total,
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
    connection
        .prepare_cached(
            "UPDATE uploads
             SET rows_read = rows_read + :read, rows_written = rows_written + :written,
                 rows_rejected = rows_rejected + :rejected, bytes_read = bytes_read + :bytes_read, updated_at = :at
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":read": more.rows_read,
            ":written": more.rows_written,
            ":rejected": more.rows_rejected,
            ":bytes_read": more.bytes_read,
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
    connection
        .prepare_cached(
            "REPLACE INTO import_ranges (sequence, range_index, reached_byte, reached_line, rows_read, rows_rejected,
                                         parts, is_done)
             VALUES (:sequence, :range, :byte, :line, :read, :rejected, :parts, :done)",
        )?
        .execute(named_params! {
            ":sequence": import.sequence,
            ":range": range,
            ":byte": progress.reached.byte_offset,
            ":line": progress.reached.line,
            ":read": progress.rows_read,
            ":rejected": progress.rows_rejected,
            ":parts": json_text(&progress.parts)?,
            ":done": progress.is_done,
        })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(begun: (Option<&str>, Option<&str>), this: (Option<&str>, Option<&str>)) -> Age {
        let sequencer = |text: Option<&str>| text.map(|text| ObjectSequencer::parse(text).unwrap());
        let begun = BegunVersion {
            version_id: begun.0.map(str::to_owned),
            sequencer: sequencer(begun.1),
        };
        let object = ObjectVersion {
            key: "catalogs/0190-a.csv".to_owned(),
            version_id: this.0.map(str::to_owned),
            size_bytes: 5,
        };
        begun.compared_with(&object, sequencer(this.1).as_ref())
    }

    #[test]
    fn a_file_that_got_versions_later_is_ordered_by_its_sequencers_alone() {
        assert_eq!(compared((None, Some("A1")), (Some("v1"), Some("A2"))), Age::Newer);
        assert_eq!(compared((Some("v1"), Some("A2")), (None, Some("A1"))), Age::Older);
        assert_eq!(compared((Some("v1"), Some("A2")), (None, None)), Age::Newer);
    }
}
