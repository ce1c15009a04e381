//! How do imports begin, advance and end?

use async_trait::async_trait;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImport, CatalogImportEnd, ImportLedger, ImportRunner};
use domain::ports::PortFailure;
use domain::values::{ObjectSequencer, ObjectVersion, Timestamp, UploadId};

use crate::access::{Access, Ports};
use crate::tables::Tables;

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
