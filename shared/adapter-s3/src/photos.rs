//! Reads original photos from S3, and writes their thumbnails.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream as Body;
use domain::catalog::ports::ByteStream;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{FetchedPhoto, PhotoStore, Thumbnail, ThumbnailStore};
use domain::values::PhotoKey;

use crate::bucket::Bucket;
use crate::object_stream::{Bytes, ObjectStream};

/// A thumbnail never changes, because its key contains the id of the upload. One year is the longest useful time
/// (<https://www.rfc-editor.org/rfc/rfc8246>).
const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Original photos in the uploads bucket. Needs `s3:GetObject` and `s3:GetObjectVersion`. Also needs
/// `s3:ListBucket`: without it S3 answers 403 instead of 404 for a missing photo.
#[derive(Debug, Clone)]
pub struct S3PhotoStore {
    /// The uploads bucket.
    pub bucket: Bucket,
}

/// The thumbnails bucket. Needs `s3:PutObject`.
#[derive(Debug, Clone)]
pub struct S3ThumbnailStore {
    /// The thumbnails bucket.
    pub bucket: Bucket,
}

#[async_trait]
impl PhotoStore for S3PhotoStore {
    async fn fetch(
        &self,
        key: &PhotoKey,
        version_id: Option<&str>,
        limit_bytes: u64,
    ) -> Result<FetchedPhoto, PortFailure> {
        let Some(mut stream) = ObjectStream::open(&self.bucket, &key.to_key(), version_id, Bytes::ALL).await? else {
            return Ok(FetchedPhoto::Gone);
        };
        let size_bytes = stream.remaining_bytes();
        if size_bytes > limit_bytes {
            return Ok(FetchedPhoto::TooLarge { bytes: size_bytes });
        }
        let mut photo = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0));
        while let Some(piece) = stream.next().await? {
            photo.extend_from_slice(&piece);
        }
        Ok(FetchedPhoto::Found(photo))
    }
}

#[async_trait]
impl ThumbnailStore for S3ThumbnailStore {
    async fn put(&self, key: &str, thumbnail: &Thumbnail) -> Result<(), PortFailure> {
        self.bucket
            .client
            .put_object()
            .bucket(&self.bucket.name)
            .key(key)
            .content_type(thumbnail.format.content_type())
            .cache_control(CACHE_CONTROL)
            .body(Body::from(thumbnail.bytes.clone()))
            .send()
            .await
            .map_err(|error| aws_errors::failure("save thumbnail", error))?;
        Ok(())
    }
}
