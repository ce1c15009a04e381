//! How does a private object get a public link for a while? By the role's own signature over exactly what it allows.
//!
//! A link allows what the role that signed it may do, and dies with that role's session if that ends first
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html>).

use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use aws_sdk_s3::presigning::{PresigningConfig, PresigningConfigError};
use domain::catalog::ports::ThumbnailLinks;
use domain::ports::PortFailure;
use domain::uploads::ports::{UploadGrant, UploadLink, UploadLinks};
use domain::values::Timestamp;

use crate::bucket::Bucket;

/// Signature version 4 allows no more
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>).
const LIVES_MAX: Duration = Duration::from_hours(7 * 24);
/// The one value of `If-None-Match` that S3 takes for a PUT: the object must not exist yet.
const IF_ABSENT: &str = "*";
const MS_PER_SECOND: i64 = 1_000;

/// Links into and out of the uploads bucket. Calls nobody; whoever follows a link needs `s3:PutObject` or
/// `s3:GetObject` of the role that signed it.
#[derive(Debug, Clone)]
pub struct S3UploadLinks {
    pub bucket: Bucket,
}

/// Links to the thumbnails bucket. Calls nobody; whoever follows one needs `s3:GetObject` of the role that signed it.
#[derive(Debug, Clone)]
pub struct S3ThumbnailLinks {
    pub bucket: Bucket,
}

#[derive(Debug, thiserror::Error)]
enum LinkFault {
    #[error("the link would have expired already")]
    Expired,
    #[error("the clock stands before 1970")]
    Clock,
    #[error(transparent)]
    Config(#[from] PresigningConfigError),
}

#[async_trait]
impl UploadLinks for S3UploadLinks {
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure> {
        const ACTION: &str = "sign upload link";
        let length = i64::try_from(grant.size_bytes).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        let expiry = expiry(&self.bucket, grant.expires_at).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        let signed = self
            .bucket
            .client
            .put_object()
            .bucket(&self.bucket.name)
            .key(&grant.key)
            .content_length(length)
            .content_type(&grant.content_type)
            .if_none_match(IF_ABSENT)
            .presigned(expiry)
            .await
            .map_err(|error| aws_errors::failure(ACTION, error))?;
        // All that was signed but `host`, which follows from the URL.
        let headers = signed.headers();
        Ok(UploadLink {
            url: signed.uri().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        reading(&self.bucket, "sign report link", key, expires_at).await
    }
}

#[async_trait]
impl ThumbnailLinks for S3ThumbnailLinks {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        reading(&self.bucket, "sign thumbnail link", key, expires_at).await
    }
}

async fn reading(
    bucket: &Bucket,
    action: &'static str,
    key: &str,
    expires_at: Timestamp,
) -> Result<String, PortFailure> {
    let expiry = expiry(bucket, expires_at).map_err(|fault| PortFailure::permanent(action, fault))?;
    let signed = bucket
        .client
        .get_object()
        .bucket(&bucket.name)
        .key(key)
        .presigned(expiry)
        .await
        .map_err(|error| aws_errors::failure(action, error))?;
    Ok(signed.uri().to_owned())
}

/// From now, by the client's clock, until `expires_at`, but no longer than [`LIVES_MAX`]. Both are whole seconds in a
/// link; rounded down, it never lives longer than it was meant to.
fn expiry(bucket: &Bucket, expires_at: Timestamp) -> Result<PresigningConfig, LinkFault> {
    let now = bucket.client.config().time_source().unwrap_or_default().now();
    let since_epoch = now.duration_since(UNIX_EPOCH).map_err(|_before| LinkFault::Clock)?;
    let now_s = since_epoch.as_secs();
    let expires_s = u64::try_from(expires_at.unix_ms().div_euclid(MS_PER_SECOND)).unwrap_or(0);
    let lives_s = expires_s.checked_sub(now_s).filter(|seconds| *seconds > 0);
    let lives = Duration::from_secs(lives_s.ok_or(LinkFault::Expired)?);
    let config = PresigningConfig::builder()
        .start_time(UNIX_EPOCH + Duration::from_secs(now_s))
        .expires_in(lives.min(LIVES_MAX));
    Ok(config.build()?)
}
