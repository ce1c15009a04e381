//! Which files were announced or copied in, and what became of them?

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::catalog::import::job::RangeProgress;
use domain::catalog::ports::CatalogImportEnd;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoUpload, PhotoUploads};
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CustomerId, ImportCounts, ObjectSequencer, PhotoKey, Timestamp, UploadId};

use crate::access::{Access, Ports};
use crate::tables::Tables;

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
    pub(crate) fn next_sequence(&mut self) -> u64 {
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
    fn end(&mut self, id: &UploadId, status: UploadStatus, reason: Option<&str>) {
        if let Some(Row { upload, .. }) = self.rows.get_mut(id)
            && !has_ended(upload)
        {
            upload.status = status;
            upload.reason = reason.map(str::to_owned);
        }
    }
}

fn has_ended(upload: &Upload) -> bool {
    matches!(upload.status, UploadStatus::Done | UploadStatus::Rejected)
}

#[async_trait]
impl<A: Access> UploadRepository for Ports<A> {
    async fn announce(&self, upload: &AnnouncedUpload) -> Result<Upload, PortFailure> {
        let new = upload.clone();
        let announce = move |Tables { uploads, .. }: &mut Tables| {
            let (kind, by) = (new.kind.clone(), Some(&new.created_by));
            let row = uploads.row(&new.id, kind, new.size_bytes, by, new.created_at);
            row.upload.clone()
        };
        self.write("uploads.announce", announce).await
    }

    async fn find(&self, id: &UploadId) -> Result<Option<Upload>, PortFailure> {
        let find = |tables: &Tables| tables.uploads.rows.get(id).map(|row| row.upload.clone());
        self.read("uploads.find", find).await
    }
}

#[async_trait]
impl<A: Access> PhotoUploads for Ports<A> {
    async fn begin(&self, key: &PhotoKey, size_bytes: u64, at: Timestamp) -> Result<PhotoUpload, PortFailure> {
        let key = key.clone();
        let begin = move |Tables { uploads, .. }: &mut Tables| {
            let kind = UploadKind::ProductPhoto {
                sku: key.sku.clone(),
                content_type: String::new(),
            };
            let upload = &mut uploads.row(&key.upload_id, kind, size_bytes, None, at).upload;
            if !has_ended(upload) {
                upload.status = UploadStatus::Processing;
            }
            PhotoUpload {
                sequence: upload.sequence,
                finished: has_ended(upload),
            }
        };
        self.write("photos.begin", begin).await
    }

    async fn done(&self, upload_id: &UploadId, _: Timestamp) -> Result<(), PortFailure> {
        let id = upload_id.clone();
        let done = move |tables: &mut Tables| tables.uploads.end(&id, UploadStatus::Done, None);
        self.write("photos.done", done).await
    }

    async fn reject(&self, upload_id: &UploadId, reason: &str, _: Timestamp) -> Result<(), PortFailure> {
        let (id, reason) = (upload_id.clone(), reason.to_owned());
        let reject = move |tables: &mut Tables| tables.uploads.end(&id, UploadStatus::Rejected, Some(&reason));
        self.write("photos.reject", reject).await
    }
}
