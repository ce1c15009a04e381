//! The table of uploads, with the progress of their imports.

use std::collections::BTreeMap;

use domain::catalog::import::file_version::{FileAge, FileVersion};
use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::catalog::ports::{Begin, CatalogImport, CatalogImportEnd, Finish};
use domain::stored_upload::{NotACatalog, import_of, unannounced_catalog};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CorrelationId, CustomerId, ImportCounts, ObjectVersion, Timestamp, UploadId};

/// Uploads, with the progress of their imports.
#[derive(Debug, Default)]
pub struct Uploads {
    /// Every upload by its id.
    pub rows: BTreeMap<UploadId, Row>,
    /// The sequence of the newest upload.
    pub last_sequence: u64,
}

/// One upload, with what its import has recorded.
#[derive(Debug)]
pub struct Row {
    /// The upload as its status shows it.
    pub upload: Upload,
    /// The version of a catalog whose import was begun last.
    pub version: Option<FileVersion>,
    /// Of a catalog that was imported.
    pub unknown_columns: Vec<String>,
    /// Progress by the import's sequence and the range's index.
    pub ranges: BTreeMap<(u64, u32), RangeProgress>,
    /// The counts that the upload showed after each checkpoint.
    pub shown: Vec<ImportCounts>,
}

impl Uploads {
    /// The upload of this id, recorded now unless it is there.
    pub(crate) fn row(
        &mut self,
        id: &UploadId,
        kind: UploadKind,
        size_bytes: u64,
        announced_by: Option<(&CustomerId, &CorrelationId)>,
        at: Timestamp,
    ) -> &mut Row {
        let Self { rows, last_sequence } = self;
        rows.entry(id.clone()).or_insert_with(|| {
            *last_sequence += 1;
            Row {
                upload: Upload {
                    id: id.clone(),
                    kind,
                    size_bytes,
                    created_by: announced_by.map(|(customer, _)| customer.clone()),
                    created_at: at,
                    correlation_id: announced_by.map_or_else(|| id.into(), |(_, request)| request.clone()),
                    sequence: *last_sequence,
                    status: UploadStatus::Waiting,
                    reason: None,
                    import: None,
                },
                version: None,
                unknown_columns: Vec::new(),
                ranges: BTreeMap::new(),
                shown: Vec::new(),
            }
        })
    }

    /// Begins or finds the import of this version. An upload without an announcement is recorded now.
    pub(crate) fn begin(
        &mut self,
        id: &UploadId,
        object: &ObjectVersion,
        version: FileVersion,
        at: Timestamp,
    ) -> Result<Begin, NotACatalog> {
        let kind = unannounced_catalog(object);
        let row = self.row(id, kind, object.size_bytes, None, at);
        if row.import().is_err() {
            return Err(NotACatalog);
        }
        let sequence = match row.version.as_ref().map(|begun| version.compared_with(begun)) {
            None => row.upload.sequence,
            Some(FileAge::Older) => return Ok(Begin::Outdated),
            Some(FileAge::Same) => return row.import().map(Begin::Import),
            Some(FileAge::Newer) => {
                self.last_sequence += 1;
                self.last_sequence
            }
        };
        let Some(row) = self.rows.get_mut(id) else {
            return Err(NotACatalog);
        };
        row.version = Some(version);
        row.upload.sequence = sequence;
        row.upload.status = UploadStatus::Processing;
        row.upload.reason = None;
        row.upload.import = Some(ImportCounts {
            bytes_total: object.size_bytes,
            ..ImportCounts::default()
        });
        row.import().map(Begin::Import)
    }

    pub(crate) fn end(&mut self, id: &UploadId, status: UploadStatus, reason: Option<&str>) {
        if let Some(row) = self.rows.get_mut(id) {
            row.end(status, reason);
        }
    }

    /// Ends this import, unless it has ended or another one took its place.
    pub(crate) fn finish(&mut self, id: &ImportId, end: &CatalogImportEnd) -> Result<Finish, NotACatalog> {
        let row = self.rows.get_mut(&id.upload_id).ok_or(NotACatalog)?;
        let found = row.import()?;
        if found.id != *id {
            return Ok(Finish::Superseded(CatalogImport {
                id: id.clone(),
                finished: None,
                ..found
            }));
        }
        if found.finished.is_some() {
            return Ok(Finish::EndedBefore(found));
        }
        row.end_import(end);
        row.import().map(Finish::Ended)
    }

    /// The upload, as long as this import is the one that it shows.
    pub(crate) fn showing(&mut self, import: &ImportId) -> Option<&mut Row> {
        let row = self.rows.get_mut(&import.upload_id);
        row.filter(|row| row.upload.sequence == import.sequence)
    }
}

impl Row {
    /// The import that the upload shows. Fails for a photo.
    pub fn import(&self) -> Result<CatalogImport, NotACatalog> {
        import_of(self.upload.clone(), self.unknown_columns.clone())
    }

    /// The first end stays.
    pub(crate) fn end(&mut self, status: UploadStatus, reason: Option<&str>) {
        if !self.upload.status.is_final() {
            self.upload.status = status;
            self.upload.reason = reason.map(str::to_owned);
        }
    }

    /// The first end stays.
    pub(crate) fn end_import(&mut self, end: &CatalogImportEnd) {
        match end {
            _ if self.upload.status.is_final() => {}
            CatalogImportEnd::Rejected { reason } => self.end(UploadStatus::Rejected, Some(reason)),
            CatalogImportEnd::Done {
                counts,
                unknown_columns,
            } => {
                self.upload.import = Some(*counts);
                self.unknown_columns.clone_from(unknown_columns);
                self.end(UploadStatus::Done, None);
            }
        }
    }

    pub(crate) fn stands_at(&self, range: (u64, u32), from: &RangeProgress) -> bool {
        match self.ranges.get(&range) {
            Some(stored) => stored == from,
            None => !from.is_stored(),
        }
    }

    pub(crate) fn add(&mut self, more: ImportCounts) {
        let counts = self.upload.import.get_or_insert_default();
        counts.rows_read += more.rows_read;
        counts.rows_written += more.rows_written;
        counts.rows_rejected += more.rows_rejected;
        counts.bytes_read += more.bytes_read;
        self.shown.push(*counts);
    }
}
