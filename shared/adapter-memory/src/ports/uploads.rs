//! The ports of uploads: announcements, links, photos and imports.

use async_trait::async_trait;
use domain::catalog::import::file_version::FileVersion;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImportEnd, Finish, ImportLedger, ImportRunner, ThumbnailLinks};
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoUpload, PhotoUploads};
use domain::uploads::ports::{AnnouncedUpload, UploadGrant, UploadLink, UploadLinks, UploadRepository};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{ObjectSequencer, ObjectVersion, PhotoKey, Timestamp, UploadId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::access::{Access, Ports};
use crate::tables::Tables;

const RESERVED_IN_KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

#[async_trait]
impl<A: Access> UploadRepository for Ports<A> {
    async fn announce(&self, upload: &AnnouncedUpload) -> Result<Upload, PortFailure> {
        let new = upload.clone();
        let announce = move |Tables { uploads, .. }: &mut Tables| {
            let (kind, by) = (new.kind.clone(), Some((&new.created_by, &new.correlation_id)));
            let row = uploads.row(&new.id, kind, new.size_bytes, by, new.created_at);
            row.upload.clone()
        };
        self.0.write("uploads.announce", announce).await
    }

    async fn find(&self, id: &UploadId) -> Result<Option<Upload>, PortFailure> {
        let find = |tables: &Tables| tables.uploads.rows.get(id).map(|row| row.upload.clone());
        self.0.read("uploads.find", find).await
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
            let finished = upload.status.is_final();
            if !finished {
                upload.status = UploadStatus::Processing;
            }
            PhotoUpload {
                sequence: upload.sequence,
                correlation_id: upload.correlation_id.clone(),
                finished,
            }
        };
        self.0.write("photos.begin", begin).await
    }

    async fn done(&self, upload_id: &UploadId, _: Timestamp) -> Result<(), PortFailure> {
        let id = upload_id.clone();
        let done = move |tables: &mut Tables| tables.uploads.end(&id, UploadStatus::Done, None);
        self.0.write("photos.done", done).await
    }

    async fn reject(&self, upload_id: &UploadId, reason: &str, _: Timestamp) -> Result<(), PortFailure> {
        let (id, reason) = (upload_id.clone(), reason.to_owned());
        let reject = move |tables: &mut Tables| tables.uploads.end(&id, UploadStatus::Rejected, Some(&reason));
        self.0.write("photos.reject", reject).await
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
        let (operation, id) = ("imports.begin", upload_id.clone());
        let (object, version) = (object.clone(), FileVersion::new(object, sequencer));
        let begin = move |tables: &mut Tables| tables.uploads.begin(&id, &object, version.clone(), at);
        let import = self.0.write(operation, begin).await?;
        import.map_err(|fault| PortFailure::permanent(operation, fault))
    }

    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        let progress = |tables: &Tables| {
            let row = tables.uploads.rows.get(&import.upload_id)?;
            row.ranges.get(&(import.sequence, range)).cloned()
        };
        self.0.read("imports.progress", progress).await
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
            let row = tables.uploads.showing(&import);
            let Some(row) = row.filter(|row| !row.upload.status.is_final()) else {
                return Advance::Closed;
            };
            let range = (import.sequence, range);
            if !row.stands_at(range, &from) {
                return Advance::Overtaken;
            }
            row.ranges.insert(range, to.clone());
            row.add(to.since(&from));
            Advance::Recorded
        };
        self.0.write("imports.advance", advance).await
    }

    async fn finish(&self, import: &ImportId, end: &CatalogImportEnd, _: Timestamp) -> Result<Finish, PortFailure> {
        let (operation, import, end) = ("imports.finish", import.clone(), end.clone());
        let finish = move |tables: &mut Tables| tables.uploads.finish(&import, &end);
        let finished = self.0.write(operation, finish).await?;
        finished.map_err(|fault| PortFailure::permanent(operation, fault))
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
        self.0.write("imports.start", start).await
    }
}

fn address(bucket: &str, key: &str, bound: &str) -> String {
    let key = utf8_percent_encode(key, RESERVED_IN_KEY);
    format!("https://{bucket}.example.test/{key}?{bound}")
}

fn read_link(bucket: &str, key: &str, expires_at: Timestamp) -> String {
    address(bucket, key, &format!("expires={}", expires_at.unix_ms()))
}

#[async_trait]
impl<A: Access> UploadLinks for Ports<A> {
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure> {
        let headers = [
            ("content-type", grant.content_type.clone()),
            ("content-length", grant.size_bytes.to_string()),
            ("if-none-match", "*".to_owned()),
        ];
        let expires = grant.expires_at.unix_ms();
        let bound = format!(
            "expires={expires}&type={}&bytes={}",
            grant.content_type, grant.size_bytes
        );
        let link = UploadLink {
            url: address("uploads", &grant.key, &bound),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        };
        let grant = grant.clone();
        let keep = move |tables: &mut Tables| tables.grants.push(grant.clone());
        self.0.write("uploads.put_link", keep).await?;
        Ok(link)
    }

    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        self.0
            .read("uploads.get_link", |_| read_link("uploads", key, expires_at))
            .await
    }
}

#[async_trait]
impl<A: Access> ThumbnailLinks for Ports<A> {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        self.0
            .read("thumbnails.link", |_| read_link("thumbnails", key, expires_at))
            .await
    }
}
