//! The state of the imports of one file.

use async_trait::async_trait;

use super::{Shop, State, key, trouble};
use crate::catalog::import::job::{ImportId, RangeProgress};
use crate::catalog::ports::{Advance, Begin, CatalogImport, CatalogImportEnd, ImportLedger};
use crate::ports::PortFailure;
use crate::values::{ImportCounts, ObjectSequencer, ObjectVersion, Timestamp, UploadId};

fn import(state: &State) -> CatalogImport {
    CatalogImport {
        id: ImportId {
            upload_id: key().upload_id,
            sequence: state.sequence,
        },
        uploaded_by: state.uploader.clone(),
        file_name: "spring <1>.csv".to_owned(),
        finished: state.end.clone(),
    }
}

#[async_trait]
impl ImportLedger for Shop {
    async fn begin(
        &self,
        _: &UploadId,
        _: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        _: Timestamp,
    ) -> Result<Begin, PortFailure> {
        let mut state = self.state();
        let (known, told) = (state.sequencer.clone(), sequencer.cloned());
        if known.is_some() && told < known {
            return Ok(Begin::Outdated);
        }
        if known.is_some() && told > known {
            state.sequence += 1;
            state.end = None;
            state.shown.push(ImportCounts::default());
        }
        state.sequencer = told;
        Ok(Begin::Import(import(&state)))
    }

    async fn progress(&self, id: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        Ok(self.state().ranges.get(&(id.sequence, range)).cloned())
    }

    async fn advance(
        &self,
        id: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        _: Timestamp,
    ) -> Result<Advance, PortFailure> {
        let mut state = self.state();
        if state.sequence != id.sequence || state.end.is_some() {
            return Ok(Advance::Closed);
        }
        let known = state.ranges.get(&(id.sequence, range));
        if known.is_some_and(|known| known != from) || (known.is_none() && from.rows_read > 0) {
            return Ok(Advance::Overtaken);
        }
        let (since, shown) = (to.since(from), state.shown.last().copied().unwrap_or_default());
        state.shown.push(ImportCounts {
            rows_read: shown.rows_read + since.rows_read,
            rows_written: shown.rows_written + since.rows_written,
            rows_rejected: shown.rows_rejected + since.rows_rejected,
            bytes_read: shown.bytes_read + since.bytes_read,
            bytes_total: 0,
        });
        state.ranges.insert((id.sequence, range), to.clone());
        Ok(Advance::Noted)
    }

    async fn finish(
        &self,
        id: &ImportId,
        end: &CatalogImportEnd,
        _: Timestamp,
    ) -> Result<Option<CatalogImport>, PortFailure> {
        let mut state = self.state();
        if state.sequence != id.sequence {
            return Ok(None);
        }
        state.end.get_or_insert_with(|| end.clone());
        if std::mem::take(&mut state.dies_when_finished) {
            return Err(trouble("answer"));
        }
        Ok(Some(import(&state)))
    }
}
