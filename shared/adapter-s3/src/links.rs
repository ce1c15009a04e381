//! Makes presigned links to private objects: a signature of the role that allows exactly one request for a limited
//! time.
//!
//! A link needs the permissions of the role that signed it, and expires with that role's session if that ends first
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html>).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use domain::catalog::ports::ThumbnailLinks;
use domain::ports::PortFailure;
use domain::uploads::ports::{UploadGrant, UploadLink, UploadLinks};
use domain::values::Timestamp;

use crate::link_signer::{LinkRequest, LinkSigner};

/// The longest lifetime that signature version 4 allows
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>).
const LIVES_MAX: Duration = Duration::from_hours(7 * 24);
/// The only value of `If-None-Match` that S3 accepts for a PUT: the object must not exist yet.
const IF_ABSENT: &str = "*";
const MS_PER_SECOND: i64 = 1_000;

/// Links into and out of the uploads bucket. Makes no call. The role that signs needs `s3:PutObject` or
/// `s3:GetObject`.
#[derive(Debug, Clone)]
pub struct S3UploadLinks {
    /// Signs for the uploads bucket.
    pub signer: LinkSigner,
}

/// Links to the thumbnails bucket. Makes no call. The role that signs needs `s3:GetObject`.
#[derive(Debug, Clone)]
pub struct S3ThumbnailLinks {
    /// Signs for the thumbnails bucket.
    pub signer: LinkSigner,
}

#[derive(Debug, thiserror::Error)]
enum LinkFault {
    #[error("the expiry of the link is not at least one second in the future")]
    Expired,
    #[error("the clock is set before 1970")]
    Clock,
}

#[async_trait]
impl UploadLinks for S3UploadLinks {
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure> {
        const ACTION: &str = "sign upload link";
        // All signed headers except `host`, which follows from the URL.
        let headers = [
            ("content-length", grant.size_bytes.to_string()),
            ("content-type", grant.content_type.clone()),
            ("if-none-match", IF_ABSENT.to_owned()),
        ];
        let request = LinkRequest {
            method: "PUT",
            operation: "PutObject",
            key: &grant.key,
            headers: &headers,
        };
        let url = signed(&self.signer, ACTION, request, grant.expires_at).await?;
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        Ok(UploadLink {
            url,
            headers: headers.into(),
        })
    }

    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        reading(&self.signer, "sign report link", key, expires_at).await
    }
}

#[async_trait]
impl ThumbnailLinks for S3ThumbnailLinks {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        reading(&self.signer, "sign thumbnail link", key, expires_at).await
    }
}

async fn reading(
    signer: &LinkSigner,
    action: &'static str,
    key: &str,
    expires_at: Timestamp,
) -> Result<String, PortFailure> {
    let request = LinkRequest {
        method: "GET",
        operation: "GetObject",
        key,
        headers: &[],
    };
    signed(signer, action, request, expires_at).await
}

async fn signed(
    signer: &LinkSigner,
    action: &'static str,
    request: LinkRequest<'_>,
    expires_at: Timestamp,
) -> Result<String, PortFailure> {
    let life = life(signer.now(), expires_at);
    let (begins, lives) = life.map_err(|fault| PortFailure::permanent(action, fault))?;
    let link = signer.sign(request, begins, lives).await;
    link.map_err(|fault| PortFailure::permanent(action, fault))
}

/// Start and lifetime of a link: from now, by the signer's clock, until `expires_at`, but no longer than [`LIVES_MAX`].
/// A link has whole seconds; both are rounded down, so that a link never outlives `expires_at`.
fn life(now: SystemTime, expires_at: Timestamp) -> Result<(SystemTime, Duration), LinkFault> {
    let since_epoch = now.duration_since(UNIX_EPOCH).map_err(|_before| LinkFault::Clock)?;
    let now_s = since_epoch.as_secs();
    let expires_s = u64::try_from(expires_at.unix_ms().div_euclid(MS_PER_SECOND)).unwrap_or(0);
    let lives_s = expires_s.checked_sub(now_s).filter(|seconds| *seconds > 0);
    let lives = Duration::from_secs(lives_s.ok_or(LinkFault::Expired)?);
    Ok((UNIX_EPOCH + Duration::from_secs(now_s), lives.min(LIVES_MAX)))
}
