//! Which files were announced or copied in, and how far is the import of each?

use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::catalog::ports::{Begin, CatalogImport, CatalogImportEnd};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CustomerId, ImportCounts, ObjectSequencer, ObjectVersion, Timestamp, UploadId};

#[derive(Debug, Default)]
pub struct Uploads {
    pub rows: BTreeMap<UploadId, Row>,
    pub last_sequence: u64,
}

#[derive(Debug)]
pub struct Row {
    pub upload: Upload,
    /// The version of a catalog whose import was begun last: its id, and its place among the events of the key.
    pub version: (Option<String>, Option<ObjectSequencer>),
    /// How that import ended.
    pub end: Option<CatalogImportEnd>,
    /// Progress by the import's sequence and the range's index.
    pub ranges: BTreeMap<(u64, u32), RangeProgress>,
    /// What the upload showed after each progress.
    pub shown: Vec<ImportCounts>,
}

impl Uploads {
    fn next_sequence(&mut self) -> u64 {
        self.last_sequence += 1;
        self.last_sequence
    }

    /// The upload of this id, recorded now unless it is there.
    pub(crate) fn row(
        &mut self,
        id: &UploadId,
        kind: UploadKind,
        size_bytes: u64,
        created_by: Option<&CustomerId>,
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
                    created_by: created_by.cloned(),
                    created_at: at,
                    sequence: *last_sequence,
                    status: UploadStatus::Waiting,
                    reason: None,
                    import: None,
                },
                version: (None, None),
                end: None,
                ranges: BTreeMap::new(),
                shown: Vec::new(),
            }
        })
    }

    /// The first end stays.
    pub(crate) fn end(&mut self, id: &UploadId, status: UploadStatus, reason: Option<&str>) {
        if let Some(Row { upload, .. }) = self.rows.get_mut(id)
            && !has_ended(upload)
        {
            upload.status = status;
            upload.reason = reason.map(str::to_owned);
        }
    }
}

pub(crate) fn has_ended(upload: &Upload) -> bool {
    matches!(upload.status, UploadStatus::Done | UploadStatus::Rejected)
}

impl Row {
    pub(crate) fn import(&self) -> CatalogImport {
        let file_name = match &self.upload.kind {
            UploadKind::Catalog { file_name } => file_name.clone(),
            UploadKind::ProductPhoto { .. } => String::new(),
        };
        CatalogImport {
            id: ImportId {
                upload_id: self.upload.id.clone(),
                sequence: self.upload.sequence,
            },
            uploaded_by: self.upload.created_by.clone(),
            file_name,
            finished: self.end.clone(),
        }
    }

    /// How an event's version compares with the one that was begun last.
    fn age(&self, object: &ObjectVersion, sequencer: Option<&ObjectSequencer>) -> Ordering {
        let (begun_id, begun_sequencer) = &self.version;
        let order = begun_sequencer
            .as_ref()
            .zip(sequencer)
            .map(|(begun, this)| this.cmp(begun));
        let is_same = match (begun_id, &object.version_id) {
            // A bucket without versions: only the order of its events tells them apart.
            (None, None) => order.is_none_or(Ordering::is_eq),
            (begun, this) => begun == this,
        };
        match order {
            _ if is_same => Ordering::Equal,
            Some(Ordering::Less) => Ordering::Less,
            _ => Ordering::Greater,
        }
    }

    fn open(&mut self, sequence: u64, object: &ObjectVersion, sequencer: Option<&ObjectSequencer>) {
        self.version = (object.version_id.clone(), sequencer.cloned());
        self.end = None;
        self.upload.sequence = sequence;
        self.upload.status = UploadStatus::Processing;
        self.upload.reason = None;
        self.upload.import = Some(ImportCounts {
            bytes_total: object.size_bytes,
            ..ImportCounts::default()
        });
    }

    pub(crate) fn close(&mut self, end: &CatalogImportEnd) {
        match end {
            CatalogImportEnd::Done { counts, .. } => {
                self.upload.status = UploadStatus::Done;
                self.upload.import = Some(*counts);
            }
            CatalogImportEnd::Rejected { reason } => {
                self.upload.status = UploadStatus::Rejected;
                self.upload.reason = Some(reason.clone());
            }
        }
        self.end = Some(end.clone());
    }

    pub(crate) fn stands_at(&self, range: (u64, u32), from: &RangeProgress) -> bool {
        match self.ranges.get(&range) {
            Some(noted) => noted == from,
            None => from.rows_read == 0 && from.parts.is_empty() && !from.is_done,
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

impl Uploads {
    pub(crate) fn begin(
        &mut self,
        id: &UploadId,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Begin {
        let file_name = object.key.rsplit('/').next().unwrap_or_default().to_owned();
        let row = self.row(id, UploadKind::Catalog { file_name }, object.size_bytes, None, at);
        let age = row.upload.import.map(|_| row.age(object, sequencer));
        let sequence = match age {
            None => row.upload.sequence,
            Some(Ordering::Less) => return Begin::Outdated,
            Some(Ordering::Equal) => return Begin::Import(row.import()),
            Some(Ordering::Greater) => self.next_sequence(),
        };
        let row = self.row(
            id,
            UploadKind::Catalog {
                file_name: String::new(),
            },
            0,
            None,
            at,
        );
        row.open(sequence, object, sequencer);
        Begin::Import(row.import())
    }

    /// The upload, as long as this import is the one that it shows.
    pub(crate) fn showing(&mut self, import: &ImportId) -> Option<&mut Row> {
        let row = self.rows.get_mut(&import.upload_id);
        row.filter(|row| row.upload.sequence == import.sequence)
    }
}
