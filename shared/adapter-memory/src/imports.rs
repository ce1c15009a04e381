//! How far is every import, and which were started? Kept on the upload that brought the file.

use std::cmp::Ordering;

use async_trait::async_trait;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImport, CatalogImportEnd, ImportLedger, ImportRunner};
use domain::ports::PortFailure;
use domain::uploads::upload::{UploadKind, UploadStatus};
use domain::values::{ImportCounts, ObjectSequencer, ObjectVersion, Timestamp, UploadId};

use crate::access::{Access, Ports};
use crate::tables::Tables;
use crate::uploads::{Row, Uploads};

impl Row {
    fn import(&self) -> CatalogImport {
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

    fn close(&mut self, end: &CatalogImportEnd) {
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

    fn stands_at(&self, range: (u64, u32), from: &RangeProgress) -> bool {
        match self.ranges.get(&range) {
            Some(noted) => noted == from,
            None => from.rows_read == 0 && from.parts.is_empty() && !from.is_done,
        }
    }

    fn add(&mut self, more: ImportCounts) {
        let counts = self.upload.import.get_or_insert_default();
        counts.rows_read += more.rows_read;
        counts.rows_written += more.rows_written;
        counts.rows_rejected += more.rows_rejected;
        counts.bytes_read += more.bytes_read;
        self.shown.push(*counts);
    }
}

impl Uploads {
    fn begin(
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
    fn showing(&mut self, import: &ImportId) -> Option<&mut Row> {
        let row = self.rows.get_mut(&import.upload_id);
        row.filter(|row| row.upload.sequence == import.sequence)
    }
}

#[async_trait]
impl<A: Access> ImportLedger for Ports<A> {
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Result<Begin, PortFailure> {
        let (id, object, sequencer) = (upload_id.clone(), object.clone(), sequencer.cloned());
        let begin = move |tables: &mut Tables| tables.uploads.begin(&id, &object, sequencer.as_ref(), at);
        self.write("imports.begin", begin).await
    }

    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        let progress = |tables: &Tables| {
            let row = tables.uploads.rows.get(&import.upload_id)?;
            row.ranges.get(&(import.sequence, range)).cloned()
        };
        self.read("imports.progress", progress).await
    }

    async fn advance(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        _: Timestamp,
    ) -> Result<Advance, PortFailure> {
        let (import, from, to) = (import.clone(), from.clone(), to.clone());
        let advance = move |tables: &mut Tables| {
            let Some(row) = tables.uploads.showing(&import).filter(|row| row.end.is_none()) else {
                return Advance::Closed;
            };
            let range = (import.sequence, range);
            if !row.stands_at(range, &from) {
                return Advance::Overtaken;
            }
            row.ranges.insert(range, to.clone());
            row.add(to.since(&from));
            Advance::Noted
        };
        self.write("imports.advance", advance).await
    }

    async fn finish(
        &self,
        import: &ImportId,
        end: &CatalogImportEnd,
        _: Timestamp,
    ) -> Result<Option<CatalogImport>, PortFailure> {
        let (import, end) = (import.clone(), end.clone());
        let finish = move |tables: &mut Tables| {
            let row = tables.uploads.showing(&import)?;
            if row.end.is_none() {
                row.close(&end);
            }
            Some(row.import())
        };
        self.write("imports.finish", finish).await
    }
}

#[async_trait]
impl<A: Access> ImportRunner for Ports<A> {
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure> {
        let (job, ranges) = (job.clone(), ranges.map(<[FileRange]>::to_vec));
        let start = move |tables: &mut Tables| {
            if tables.imports_started.iter().all(|(started, _)| started.id != job.id) {
                tables.imports_started.push((job.clone(), ranges.clone()));
            }
        };
        self.write("imports.start", start).await
    }
}
