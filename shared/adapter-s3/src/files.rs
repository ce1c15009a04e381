//! How are catalogs read from S3, and the reports of their rejected rows written?

use async_trait::async_trait;
use domain::catalog::ports::{ByteStream, CatalogFiles, FileSink, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::values::{ObjectVersion, UploadId, catalog_report_key};

use crate::bucket::Bucket;
use crate::object_stream::ObjectStream;
use crate::object_writer::ObjectWriter;

const REPORT_CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// Catalogs in the uploads bucket. Needs `s3:GetObject`, `s3:GetObjectVersion`, and `s3:ListBucket` to be told that a
/// file is gone: without it S3 answers 403 where it would answer 404.
#[derive(Debug, Clone)]
pub struct S3CatalogFiles {
    pub bucket: Bucket,
}

/// Reports in the uploads bucket. Needs `s3:PutObject` and `s3:AbortMultipartUpload`.
#[derive(Debug, Clone)]
pub struct S3RejectedRowsFiles {
    pub bucket: Bucket,
}

struct ReportSink {
    writer: ObjectWriter,
}

#[async_trait]
impl CatalogFiles for S3CatalogFiles {
    async fn open(&self, object: &ObjectVersion, from_byte: u64) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        let version_id = object.version_id.as_deref();
        let found = ObjectStream::open(&self.bucket, &object.key, version_id, from_byte).await?;
        Ok(found.map(|stream| Box::new(stream) as Box<dyn ByteStream>))
    }
}

#[async_trait]
impl RejectedRowsFiles for S3RejectedRowsFiles {
    /// Calls nobody yet.
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        let writer = ObjectWriter::new(&self.bucket, catalog_report_key(upload_id), REPORT_CONTENT_TYPE);
        Ok(Box::new(ReportSink { writer }))
    }
}

#[async_trait]
impl FileSink for ReportSink {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        self.writer.write(bytes).await
    }

    async fn finish(self: Box<Self>) -> Result<(), PortFailure> {
        self.writer.finish().await
    }
}
