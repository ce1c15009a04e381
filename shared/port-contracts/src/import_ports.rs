//! The ports and sample values of the contracts about imports.

use std::sync::Arc;

use domain::catalog::ports::{Begin, CatalogImport, CatalogImportEnd, ImportLedger};
use domain::uploads::ports::UploadRepository;
use domain::uploads::upload::Upload;
use domain::values::{CatalogKey, ImportCounts, ObjectSequencer, ObjectVersion, UploadId};

use crate::samples::at;
use crate::uploads::catalog;

/// The ports that together keep catalog uploads, over one store.
pub struct ImportPorts {
    /// Keeps the progress.
    pub imports: Arc<dyn ImportLedger>,
    /// Announces the catalogs, and shows their status.
    pub uploads: Arc<dyn UploadRepository>,
}

/// How many bytes the files of these bodies have, unless they say otherwise.
pub(crate) const FILE_BYTES: u64 = 1_000;

pub(crate) fn object(id: &UploadId, version_id: Option<&str>) -> ObjectVersion {
    let key = CatalogKey { upload_id: id.clone() }.to_key();
    ObjectVersion {
        key,
        version_id: version_id.map(str::to_owned),
        size_bytes: FILE_BYTES,
    }
}

pub(crate) fn sequencer(text: &str) -> ObjectSequencer {
    ObjectSequencer::parse(text).unwrap()
}

impl ImportPorts {
    /// The import that an event about this version of the file begins or finds.
    pub(crate) async fn begin(
        &self,
        id: &UploadId,
        version_id: Option<&str>,
        sequencer_text: Option<&str>,
    ) -> CatalogImport {
        let begin = self.try_begin(id, version_id, sequencer_text).await;
        let Begin::Import(import) = begin else {
            panic!("version {version_id:?} was answered {begin:?}");
        };
        import
    }

    pub(crate) async fn try_begin(
        &self,
        id: &UploadId,
        version_id: Option<&str>,
        sequencer_text: Option<&str>,
    ) -> Begin {
        let sequencer = sequencer_text.map(sequencer);
        self.imports
            .begin(id, &object(id, version_id), sequencer.as_ref(), at(1))
            .await
            .unwrap()
    }

    pub(crate) async fn upload(&self, id: &UploadId) -> Upload {
        self.uploads.find(id).await.unwrap().expect("the upload is known")
    }

    /// The counts that the status of the upload shows.
    pub(crate) async fn shown(&self, id: &UploadId) -> ImportCounts {
        self.upload(id).await.import.expect("the import has begun")
    }

    pub(crate) async fn next_sequence(&self) -> u64 {
        self.uploads.announce(&catalog()).await.unwrap().sequence
    }
}

pub(crate) fn nothing_yet() -> ImportCounts {
    counts(0, 0)
}

/// Every tenth row was rejected.
pub(crate) fn counts(rows_read: u64, bytes_read: u64) -> ImportCounts {
    ImportCounts {
        rows_read,
        rows_written: rows_read - rows_read / 10,
        rows_rejected: rows_read / 10,
        bytes_read,
        bytes_total: FILE_BYTES,
    }
}

pub(crate) fn done(rows_read: u64) -> CatalogImportEnd {
    let unknown_columns = vec!["colour, \"new\"".to_owned(), "größe".to_owned()];
    CatalogImportEnd::Done {
        counts: counts(rows_read, FILE_BYTES),
        unknown_columns,
    }
}

pub(crate) fn rejected(reason: &str) -> CatalogImportEnd {
    let reason = reason.to_owned();
    CatalogImportEnd::Rejected { reason }
}
