//! How does SQLite keep the state of catalog imports, and how are they started? On the row of the upload that brought the
//! file; as executions, which the workflow engine works through.

use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImport, CatalogImportEnd, ImportLedger, ImportRunner};
use domain::ports::{Clock, PortFailure};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{ObjectSequencer, ObjectVersion, Timestamp, UploadId};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::Database;
use crate::executions::{self, Workflow};
use crate::import_rows::{self, Age, BegunVersion};
use crate::upload_rows::{self, NewRow};

#[derive(Debug, Clone)]
pub struct SqliteImportLedger {
    pub database: Database,
}

#[derive(Clone)]
pub struct SqliteImportRunner {
    pub database: Database,
    pub clock: Arc<dyn Clock>,
}

const BEGIN: &str = "begin import";

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
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Result<Begin, PortFailure> {
        let (id, object, sequencer) = (upload_id.clone(), object.clone(), sequencer.cloned());
        self.database
            .call(BEGIN, move |connection| {
                begin(connection, &id, &object, sequencer.as_ref(), at)
            })
            .await?
            .ok_or_else(|| PortFailure::permanent(BEGIN, NoCatalog))
    }

    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        let import = import.clone();
        self.database
            .call("read progress of import", move |connection| {
                import_rows::progress(connection, &import, range)
            })
            .await
    }

    async fn advance(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp,
    ) -> Result<Advance, PortFailure> {
        let (import, from, to) = (import.clone(), from.clone(), to.clone());
        self.database
            .call("note progress of import", move |connection| {
                let shown = shown(connection, &import)?;
                if shown.is_none_or(|upload| upload_rows::has_ended(&upload)) {
                    return Ok(Advance::Closed);
                }
                let stands_there = match import_rows::progress(connection, &import, range)? {
                    Some(noted) => noted == from,
                    None => from.rows_read == 0 && from.parts.is_empty() && !from.is_done,
                };
                if !stands_there {
                    return Ok(Advance::Overtaken);
                }
                import_rows::store_progress(connection, &import, range, &to)?;
                import_rows::add_counts(connection, &import.upload_id, to.since(&from), at)?;
                Ok(Advance::Noted)
            })
            .await
    }

    async fn finish(
        &self,
        import: &ImportId,
        end: &CatalogImportEnd,
        at: Timestamp,
    ) -> Result<Option<CatalogImport>, PortFailure> {
        let (import, end) = (import.clone(), end.clone());
        self.database
            .call("finish import", move |connection| {
                let Some(upload) = shown(connection, &import)? else {
                    return Ok(None);
                };
                if !upload_rows::has_ended(&upload) {
                    store_end(connection, &import.upload_id, &end, at)?;
                }
                known(connection, &import.upload_id)
            })
            .await
    }
}

/// `None` where the upload is one of a photo; then nothing changes.
fn begin(
    connection: &Connection,
    id: &UploadId,
    object: &ObjectVersion,
    sequencer: Option<&ObjectSequencer>,
    at: Timestamp,
) -> rusqlite::Result<Option<Begin>> {
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
    if !matches!(upload.kind, UploadKind::Catalog { .. }) {
        return Ok(None);
    }
    let open_as = |sequence| {
        let upload_id = id.clone();
        import_rows::open(connection, &ImportId { upload_id, sequence }, object, sequencer, at)
    };
    if upload.import.is_none() {
        open_as(upload.sequence)?;
    } else {
        match BegunVersion::of(connection, id)?.compared_with(object, sequencer) {
            Age::Same => {}
            Age::Older => return Ok(Some(Begin::Outdated)),
            Age::Newer => open_as(import_rows::next_sequence(connection)?)?,
        }
    }
    Ok(known(connection, id)?.map(Begin::Import))
}

/// The upload, as long as this import is the one that it shows.
fn shown(connection: &Connection, import: &ImportId) -> rusqlite::Result<Option<Upload>> {
    let upload = upload_rows::find(connection, &import.upload_id)?;
    Ok(upload.filter(|upload| upload.sequence == import.sequence))
}

/// The import that an upload shows. `None` where it is one of a photo.
fn known(connection: &Connection, id: &UploadId) -> rusqlite::Result<Option<CatalogImport>> {
    let upload = upload_rows::get(connection, id)?;
    let finished = import_rows::ended(connection, &upload)?;
    let UploadKind::Catalog { file_name } = upload.kind else {
        return Ok(None);
    };
    Ok(Some(CatalogImport {
        id: ImportId {
            upload_id: upload.id,
            sequence: upload.sequence,
        },
        uploaded_by: upload.created_by,
        file_name,
        finished,
    }))
}

fn store_end(connection: &Connection, id: &UploadId, end: &CatalogImportEnd, at: Timestamp) -> rusqlite::Result<()> {
    match end {
        CatalogImportEnd::Done {
            counts,
            unknown_columns,
        } => {
            import_rows::store_counts(connection, id, *counts)?;
            import_rows::store_unknown_columns(connection, id, unknown_columns)?;
            upload_rows::end(connection, id, UploadStatus::Done, None, at)
        }
        CatalogImportEnd::Rejected { reason } => {
            upload_rows::end(connection, id, UploadStatus::Rejected, Some(reason), at)
        }
    }
}

#[async_trait]
impl ImportRunner for SqliteImportRunner {
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure> {
        let (name, input) = (job.id.execution_name(), input(job, ranges));
        let at_ms = self.clock.now().unix_ms();
        self.database
            .call("start import", move |connection| {
                executions::start(connection, Workflow::CatalogImport, &name, &input, at_ms)
            })
            .await
    }
}

/// What the state machine is given, as on AWS.
fn input(job: &ImportJob, ranges: Option<&[FileRange]>) -> Value {
    let mut input = json!({
        "upload_id": job.id.upload_id.as_str(),
        "sequence": job.id.sequence,
        "object": {
            "key": job.object.key,
            "version_id": job.object.version_id,
            "size_bytes": job.object.size_bytes,
        },
    });
    if let Some(ranges) = ranges {
        input["ranges"] = ranges.iter().map(range).collect();
    }
    input
}

fn range(range: &FileRange) -> Value {
    json!({
        "index": range.index,
        "begin": range.begin.byte_offset,
        "line": range.begin.line,
        "end": range.end,
    })
}

#[cfg(test)]
mod tests {
    use port_contracts::samples::anns_import;

    use super::*;

    #[test]
    fn an_execution_is_given_its_job_and_what_is_known_of_its_ranges() {
        let job = anns_import(None, 5_000_000_000);
        let expected = json!({
            "upload_id": "0190-a",
            "sequence": 7,
            "object": {"key": "catalogs/0190-a.csv", "version_id": null, "size_bytes": 5_000_000_000_u64},
        });
        assert_eq!(input(&job, None), expected);
        let whole = FileRange::whole(&job.object);
        assert_eq!(
            input(&job, Some(&[whole]))["ranges"],
            json!([{"index": 0, "begin": 0, "line": 1, "end": 5_000_000_000_u64}])
        );
    }
}
