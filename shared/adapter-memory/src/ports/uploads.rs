//! How are uploads announced and found, and how do photos begin and end?

use async_trait::async_trait;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoUpload, PhotoUploads};
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{PhotoKey, Timestamp, UploadId};

use crate::access::{Access, Ports};
use crate::tables::Tables;
use crate::tables::uploads::has_ended;

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
