//! Stores the state of catalog imports on the row of their upload, and starts them as executions, which the workflow
//! engine runs.

use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::import::file_version::{FileAge, FileVersion};
use domain::catalog::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImport, CatalogImportEnd, Finish, ImportLedger, ImportRunner};
use domain::ports::{Clock, PortFailure};
use domain::stored_upload::{self, NotACatalog};
use domain::uploads::upload::{Upload, UploadStatus};
use domain::values::{ObjectSequencer, ObjectVersion, Timestamp, UploadId};
use rusqlite::Connection;
use serde_json::json;
use wire::import::ImportInput;

use crate::Database;
use crate::executions::{self, Workflow};
use crate::import_rows;
use crate::upload_rows::{self, NewRow};

/// Keeps the progress of imports in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteImportLedger {
    /// The shop's database.
    pub database: Database,
}

/// Starts imports as executions of the local workflow engine.
#[derive(Clone)]
pub struct SqliteImportRunner {
    /// The shop's database.
    pub database: Database,
    /// The time that each new row gets.
    pub clock: Arc<dyn Clock>,
}

const BEGIN: &str = "begin import";

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
            .map_err(|fault| PortFailure::permanent(BEGIN, fault))
    }

    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        let import = import.clone();
        self.database
            .read("read progress of import", move |connection| {
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
                if shown.is_none_or(|upload| upload.status.is_final()) {
                    return Ok(Advance::Closed);
                }
                let stands_there = match import_rows::progress(connection, &import, range)? {
                    Some(stored) => stored == from,
                    None => !from.is_stored(),
                };
                if !stands_there {
                    return Ok(Advance::Overtaken);
                }
                import_rows::store_progress(connection, &import, range, &to)?;
                import_rows::add_counts(connection, &import.upload_id, to.since(&from), at)?;
                Ok(Advance::Recorded)
            })
            .await
    }

    async fn finish(&self, import: &ImportId, end: &CatalogImportEnd, at: Timestamp) -> Result<Finish, PortFailure> {
        const ACTION: &str = "finish import";
        let (import, end) = (import.clone(), end.clone());
        let finish = self
            .database
            .call(ACTION, move |connection| finish(connection, &import, &end, at));
        finish.await?.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }
}

/// Changes nothing where the upload is one of a photo.
fn begin(
    connection: &Connection,
    id: &UploadId,
    object: &ObjectVersion,
    sequencer: Option<&ObjectSequencer>,
    at: Timestamp,
) -> rusqlite::Result<Result<Begin, NotACatalog>> {
    let by_hand = NewRow {
        id,
        kind: &stored_upload::unannounced_catalog(object),
        size_bytes: object.size_bytes,
        created_by: None,
        correlation_id: None,
        status: UploadStatus::Processing,
        at,
    };
    upload_rows::insert(connection, &by_hand)?;
    let begun = match import_of(connection, id)? {
        Ok(import) => import,
        Err(fault) => return Ok(Err(fault)),
    };
    let version = FileVersion::new(object, sequencer);
    let open_as = |sequence| {
        let upload_id = id.clone();
        import_rows::open(
            connection,
            &ImportId { upload_id, sequence },
            &version,
            object.size_bytes,
            at,
        )
    };
    if upload_rows::get(connection, id)?.import.is_none() {
        open_as(begun.id.sequence)?;
    } else {
        match version.compared_with(&import_rows::begun_version(connection, id)?) {
            FileAge::Same => {}
            FileAge::Older => return Ok(Ok(Begin::Outdated)),
            FileAge::Newer => open_as(import_rows::next_sequence(connection)?)?,
        }
    }
    Ok(import_of(connection, id)?.map(Begin::Import))
}

/// Ends this import, unless it has ended or another one took its place.
fn finish(
    connection: &Connection,
    import: &ImportId,
    end: &CatalogImportEnd,
    at: Timestamp,
) -> rusqlite::Result<Result<Finish, NotACatalog>> {
    let found = match import_of(connection, &import.upload_id)? {
        Ok(found) => found,
        Err(fault) => return Ok(Err(fault)),
    };
    if found.id != *import {
        return Ok(Ok(Finish::Superseded(CatalogImport {
            id: import.clone(),
            finished: None,
            ..found
        })));
    }
    if found.finished.is_some() {
        return Ok(Ok(Finish::EndedBefore(found)));
    }
    store_end(connection, &import.upload_id, end, at)?;
    Ok(import_of(connection, &import.upload_id)?.map(Finish::Ended))
}

/// The upload, as long as this import is the one that it shows.
fn shown(connection: &Connection, import: &ImportId) -> rusqlite::Result<Option<Upload>> {
    let upload = upload_rows::find(connection, &import.upload_id)?;
    Ok(upload.filter(|upload| upload.sequence == import.sequence))
}

/// The import that an upload shows.
fn import_of(connection: &Connection, id: &UploadId) -> rusqlite::Result<Result<CatalogImport, NotACatalog>> {
    let upload = upload_rows::get(connection, id)?;
    Ok(stored_upload::import_of(
        upload,
        import_rows::unknown_columns(connection, id)?,
    ))
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
        let name = job.id.execution_name();
        let input = json!(ImportInput::new(job, ranges));
        let at_ms = self.clock.now().unix_ms();
        self.database
            .call("start import", move |connection| {
                executions::start(connection, Workflow::CatalogImport, &name, &input, at_ms)
            })
            .await
    }
}
