//! How are catalogs read, and the reports of their rejected rows written?

use async_trait::async_trait;
use domain::catalog::ports::{ByteStream, CatalogFiles, FileSink, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::values::{ObjectVersion, UploadId, catalog_report_key};

use crate::buckets::{Bucket, PutCondition};
use crate::object_writer::ObjectWriter;

const REPORT_CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// Catalogs in the uploads bucket.
#[derive(Clone)]
pub struct FolderCatalogFiles {
    pub bucket: Bucket,
}

/// Reports in the uploads bucket.
#[derive(Clone)]
pub struct FolderRejectedRowsFiles {
    pub bucket: Bucket,
}

struct ReportSink {
    writer: ObjectWriter,
}

#[async_trait]
impl CatalogFiles for FolderCatalogFiles {
    async fn open(&self, object: &ObjectVersion, from_byte: u64) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        let found = self
            .bucket
            .get(&object.key, object.version_id.as_deref(), from_byte)
            .await?;
        Ok(found.map(|(_, stream)| Box::new(stream) as Box<dyn ByteStream>))
    }
}

#[async_trait]
impl RejectedRowsFiles for FolderRejectedRowsFiles {
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        let writer = self.bucket.begin(&catalog_report_key(upload_id)).await?;
        Ok(Box::new(ReportSink { writer }))
    }
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
