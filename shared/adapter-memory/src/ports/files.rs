//! The ports of files: catalogs, photos, reports and thumbnails.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{ByteStream, CatalogFiles, FileSink, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::thumbnails::ports::{FetchedPhoto, PhotoStore, Thumbnail, ThumbnailStore};
use domain::values::{ObjectVersion, PhotoKey, UploadId, catalog_report_key, catalog_report_part_key};

use crate::access::{Access, Ports};
use crate::tables::Tables;

/// Bytes of one piece of a stream: few, so that a small file arrives in many.
const PIECE_BYTES: usize = 1_000;
const CSV: &str = "text/csv";

/// A file on its way to its reader. Each piece is a call, which can fail.
struct Pieces<A> {
    access: Arc<A>,
    operation: &'static str,
    left: VecDeque<Vec<u8>>,
}

#[async_trait]
impl<A: Access> ByteStream for Pieces<A> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure> {
        self.access.read(self.operation, |_| ()).await?;
        Ok(self.left.pop_front())
    }
}

/// A file under construction, put into the bucket when it is finished.
struct Sink<A> {
    access: Arc<A>,
    operation: &'static str,
    key: String,
    bytes: Vec<u8>,
}

#[async_trait]
impl<A: Access> FileSink for Sink<A> {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), PortFailure> {
        let Self {
            access,
            operation,
            key,
            bytes,
        } = *self;
        let put = move |tables: &mut Tables| {
            tables.uploads_bucket.put(&key, CSV, &bytes);
        };
        access.write(operation, put).await
    }
}

impl<A: Access> Ports<A> {
    fn pieces(&self, operation: &'static str, bytes: &[u8]) -> Box<dyn ByteStream> {
        Box::new(Pieces {
            access: Arc::clone(&self.0),
            operation,
            left: bytes.chunks(PIECE_BYTES).map(<[u8]>::to_vec).collect(),
        })
    }

    fn sink(&self, operation: &'static str, key: String) -> Box<dyn FileSink> {
        Box::new(Sink {
            access: Arc::clone(&self.0),
            operation,
            key,
            bytes: Vec::new(),
        })
    }
}

#[async_trait]
impl<A: Access> CatalogFiles for Ports<A> {
    async fn open(
        &self,
        object: &ObjectVersion,
        bytes: Range<u64>,
    ) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        let open = |tables: &Tables| {
            let file = tables.uploads_bucket.find(&object.key, object.version_id.as_deref())?;
            let place = |byte| usize::try_from(byte).map_or(file.bytes.len(), |byte| byte.min(file.bytes.len()));
            Some(self.pieces("catalogs.next", &file.bytes[place(bytes.start)..place(bytes.end)]))
        };
        self.0.read("catalogs.open", open).await
    }
}

#[async_trait]
impl<A: Access> RejectedRowsFiles for Ports<A> {
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        Ok(self.sink("reports.finish", catalog_report_key(upload_id)))
    }

    async fn create_part(&self, import: &ImportId, part: &str) -> Result<Box<dyn FileSink>, PortFailure> {
        let key = catalog_report_part_key(&import.upload_id, import.sequence, part);
        Ok(self.sink("report_parts.finish", key))
    }

    async fn open_part(&self, import: &ImportId, part: &str) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        let key = catalog_report_part_key(&import.upload_id, import.sequence, part);
        let open = |tables: &Tables| {
            let part = tables.uploads_bucket.find(&key, None)?;
            Some(self.pieces("report_parts.next", &part.bytes))
        };
        self.0.read("report_parts.open", open).await
    }
}

#[async_trait]
impl<A: Access> PhotoStore for Ports<A> {
    async fn fetch(
        &self,
        key: &PhotoKey,
        version_id: Option<&str>,
        limit_bytes: u64,
    ) -> Result<FetchedPhoto, PortFailure> {
        let fetch = |tables: &Tables| match tables.uploads_bucket.find(&key.to_key(), version_id) {
            None => FetchedPhoto::Gone,
            Some(photo) => match photo.bytes.len() as u64 {
                bytes if bytes > limit_bytes => FetchedPhoto::TooLarge { bytes },
                _ => FetchedPhoto::Found(photo.bytes.clone()),
            },
        };
        self.0.read("photos.fetch", fetch).await
    }
}

#[async_trait]
impl<A: Access> ThumbnailStore for Ports<A> {
    async fn put(&self, key: &str, thumbnail: &Thumbnail) -> Result<(), PortFailure> {
        let (key, thumbnail) = (key.to_owned(), thumbnail.clone());
        let put = move |tables: &mut Tables| {
            let content_type = thumbnail.format.content_type();
            tables.thumbnails_bucket.put(&key, content_type, &thumbnail.bytes);
        };
        self.0.write("thumbnails.put", put).await
    }
}
