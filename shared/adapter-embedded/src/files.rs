//! Reads catalogs, and writes the reports of their rejected rows.

use std::ops::Range;

use async_trait::async_trait;
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{ByteStream, CatalogFiles, FileSink, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::values::{ObjectVersion, UploadId, catalog_report_key, catalog_report_part_key};

use crate::buckets::{Bucket, PutCondition, WHOLE};
use crate::object_writer::ObjectWriter;

const REPORT_CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// Catalogs in the uploads bucket.
#[derive(Clone)]
pub struct FolderCatalogFiles {
    /// The bucket that holds the objects.
    pub bucket: Bucket,
}

/// Reports in the uploads bucket.
#[derive(Clone)]
pub struct FolderRejectedRowsFiles {
    /// The bucket that holds the objects.
    pub bucket: Bucket,
}

struct ReportSink {
    writer: ObjectWriter,
}

#[async_trait]
impl CatalogFiles for FolderCatalogFiles {
    async fn open(
        &self,
        object: &ObjectVersion,
        bytes: Range<u64>,
    ) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        open(&self.bucket, &object.key, object.version_id.as_deref(), bytes).await
    }
}

#[async_trait]
impl RejectedRowsFiles for FolderRejectedRowsFiles {
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        create(&self.bucket, &catalog_report_key(upload_id)).await
    }

    async fn create_part(&self, import: &ImportId, part: &str) -> Result<Box<dyn FileSink>, PortFailure> {
        create(&self.bucket, &part_key(import, part)).await
    }

    async fn open_part(&self, import: &ImportId, part: &str) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        open(&self.bucket, &part_key(import, part), None, WHOLE).await
    }
}

fn part_key(import: &ImportId, part: &str) -> String {
    catalog_report_part_key(&import.upload_id, import.sequence, part)
}

async fn open(
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
    bytes: Range<u64>,
) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
    let found = bucket.get(key, version_id, bytes).await?;
    Ok(found.map(|(_, stream)| Box::new(stream) as Box<dyn ByteStream>))
}

async fn create(bucket: &Bucket, key: &str) -> Result<Box<dyn FileSink>, PortFailure> {
    let writer = bucket.begin(key).await?;
    Ok(Box::new(ReportSink { writer }))
}

#[async_trait]
impl FileSink for ReportSink {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        self.writer.write(bytes).await
    }

    async fn finish(self: Box<Self>) -> Result<(), PortFailure> {
        self.writer.finish(REPORT_CONTENT_TYPE, PutCondition::Always).await?;
        Ok(())
    }
}
