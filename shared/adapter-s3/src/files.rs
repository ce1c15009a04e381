//! Reads catalogs from S3, and writes the reports of their rejected rows.

use std::ops::Range;

use async_trait::async_trait;
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{ByteStream, CatalogFiles, FileSink, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::values::{ObjectVersion, UploadId, catalog_report_key, catalog_report_part_key};

use crate::bucket::Bucket;
use crate::object_stream::{Bytes, ObjectStream};
use crate::object_writer::ObjectWriter;

const REPORT_CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// Catalogs in the uploads bucket. Needs `s3:GetObject` and `s3:GetObjectVersion`. Also needs
/// `s3:ListBucket`: without it S3 answers 403 instead of 404 for a missing file.
#[derive(Debug, Clone)]
pub struct S3CatalogFiles {
    /// The uploads bucket.
    pub bucket: Bucket,
}

/// Reports in the uploads bucket, and their parts. Needs `s3:PutObject` and `s3:AbortMultipartUpload` to
/// write them, `s3:GetObject` to read the parts, and `s3:ListBucket` to get 404 for a missing part.
#[derive(Debug, Clone)]
pub struct S3RejectedRowsFiles {
    /// The uploads bucket.
    pub bucket: Bucket,
}

struct ReportSink {
    writer: ObjectWriter,
}

#[async_trait]
impl CatalogFiles for S3CatalogFiles {
    async fn open(
        &self,
        object: &ObjectVersion,
        bytes: Range<u64>,
    ) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        let bytes = Bytes {
            begin: bytes.start,
            end: Some(bytes.end),
        };
        opened(&self.bucket, &object.key, object.version_id.as_deref(), bytes).await
    }
}

#[async_trait]
impl RejectedRowsFiles for S3RejectedRowsFiles {
    async fn create(&self, upload_id: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        Ok(self.sink(catalog_report_key(upload_id)))
    }

    async fn create_part(&self, import: &ImportId, part: &str) -> Result<Box<dyn FileSink>, PortFailure> {
        Ok(self.sink(part_key(import, part)))
    }

    async fn open_part(&self, import: &ImportId, part: &str) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        opened(&self.bucket, &part_key(import, part), None, Bytes::ALL).await
    }
}

impl S3RejectedRowsFiles {
    /// Makes no call yet.
    fn sink(&self, key: String) -> Box<dyn FileSink> {
        let writer = ObjectWriter::new(&self.bucket, key, REPORT_CONTENT_TYPE);
        Box::new(ReportSink { writer })
    }
}

fn part_key(import: &ImportId, part: &str) -> String {
    catalog_report_part_key(&import.upload_id, import.sequence, part)
}

async fn opened(
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
    bytes: Bytes,
) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
    let found = ObjectStream::open(bucket, key, version_id, bytes).await?;
    Ok(found.map(|stream| Box::new(stream) as Box<dyn ByteStream>))
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
