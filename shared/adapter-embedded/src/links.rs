//! Signs links to private objects that are valid for a while, over exactly what the link allows.
//!
//! `{base_url}/s3/{bucket}/{key}?X-Popshop-Expires={Unix milliseconds}&X-Popshop-Signature={hexadecimal}`, HMAC-SHA256
//! over method, bucket, key and expiry, and for a PUT over `Content-Type`, `Content-Length` and `If-None-Match: *`.
//! The local host asks [`LinkSigner::verify`] before it serves one.

use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::ports::ThumbnailLinks;
use domain::ports::PortFailure;
use domain::uploads::ports::{UploadGrant, UploadLink, UploadLinks};
use domain::values::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, utf8_percent_encode};
use sha2::Sha256;

use crate::object_files::RESERVED;

const EXPIRES: &str = "X-Popshop-Expires";
const SIGNATURE: &str = "X-Popshop-Signature";
/// The one value of `If-None-Match` that a PUT link allows, and demands.
const IF_NONE_MATCH: &str = "*";

const RESERVED_IN_KEY: &AsciiSet = &RESERVED.remove(b'/');

/// Signs links, and verifies its own.
pub struct LinkSigner {
    base_url: String,
    key: [u8; 32],
}

/// A request for an object, as it came over HTTP.
#[derive(Debug, Clone, Copy)]
pub struct LinkRequest<'a> {
    /// In upper case.
    pub method: &'a str,
    /// The name of the bucket.
    pub bucket: &'a str,
    /// Percent-decoded.
    pub key: &'a str,
    /// As it stands in the URL, without the question mark.
    pub query: &'a str,
    /// The value of `Content-Type`, if the request has one.
    pub content_type: Option<&'a str>,
    /// The value of `Content-Length`, in bytes.
    pub content_length: Option<u64>,
    /// The value of `If-None-Match`.
    pub if_none_match: Option<&'a str>,
}

/// The request that a genuine link allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The name of the bucket.
    pub bucket: String,
    /// The object's key, decoded.
    pub key: String,
    /// From then on the link is refused.
    pub expires_at: Timestamp,
    /// Present for a PUT, which MUST be refused where the object exists.
    pub upload: Option<GrantedUpload>,
}

/// The object that a PUT link accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedUpload {
    /// The value that `Content-Type` must have.
    pub content_type: String,
    /// The number of bytes that the body must have.
    pub size_bytes: u64,
}

/// Why a request is not one that a link allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// The query has no expiry or no signature.
    #[error("the request is not signed")]
    Missing,
    /// The expiry is not a number, or the signature is not hexadecimal.
    #[error("the signature's parameters are malformed")]
    Malformed,
    /// The signature is genuine, and its time has passed.
    #[error("the link has expired")]
    Expired,
    /// Another method, object, expiry or header was signed, or another key signed it.
    #[error("the request is not the one that was signed")]
    Mismatch,
}

impl LinkSigner {
    /// `base_url` without a slash at its end.
    pub fn new(base_url: String, key: [u8; 32]) -> Self {
        Self { base_url, key }
    }

    /// Whether the request is one that a link of ours allows, now. Compares in constant time.
    pub fn verify(&self, request: &LinkRequest<'_>, now: Timestamp) -> Result<Grant, SignatureFault> {
        let parameter = |name: &str| {
            let mut values = request
                .query
                .split('&')
                .filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            values.next().ok_or(SignatureFault::Missing)
        };
        let expires_at: i64 = parameter(EXPIRES)?.parse().map_err(|_| SignatureFault::Malformed)?;
        let expires_at = Timestamp::from_unix_ms(expires_at);
        let signature = hex::decode(parameter(SIGNATURE)?).map_err(|_| SignatureFault::Malformed)?;
        let upload = match request.method {
            "PUT" => Some(granted_upload(request).ok_or(SignatureFault::Mismatch)?),
            _ => None,
        };
        let grant = Grant {
            bucket: request.bucket.to_owned(),
            key: request.key.to_owned(),
            expires_at,
            upload,
        };
        self.mac(request.method, &grant)
            .verify_slice(&signature)
            .map_err(|_| SignatureFault::Mismatch)?;
        // After the signature, so that a forged expiry gets no other answer than a forged signature.
        if now >= expires_at {
            return Err(SignatureFault::Expired);
        }
        Ok(grant)
    }

    fn url(&self, method: &str, grant: &Grant) -> String {
        format!(
            "{base}/s3/{bucket}/{key}?{EXPIRES}={expires}&{SIGNATURE}={signature}",
            base = self.base_url,
            bucket = grant.bucket,
            key = utf8_percent_encode(&grant.key, RESERVED_IN_KEY),
            expires = grant.expires_at.unix_ms(),
            signature = hex::encode(self.mac(method, grant).finalize().into_bytes()),
        )
    }

    fn mac(&self, method: &str, grant: &Grant) -> Hmac<Sha256> {
        // HMAC pads a key with zeros to its hash's block (RFC 2104); done here, every key fits.
        let mut block = [0; 64];
        block[..self.key.len()].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        // Every part is preceded by its length: no two requests make the same bytes.
        let mut part = |text: &str| {
            mac.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(text.as_bytes());
        };
        part(method);
        part(&grant.bucket);
        part(&grant.key);
        part(&grant.expires_at.unix_ms().to_string());
        if let Some(upload) = &grant.upload {
            part(&upload.content_type);
            part(&upload.size_bytes.to_string());
            part(IF_NONE_MATCH);
        }
        mac
    }
}

/// The signed headers of a PUT; `None` when one is missing.
fn granted_upload(request: &LinkRequest<'_>) -> Option<GrantedUpload> {
    request.if_none_match.filter(|value| *value == IF_NONE_MATCH)?;
    Some(GrantedUpload {
        content_type: request.content_type?.to_owned(),
        size_bytes: request.content_length?,
    })
}

/// Links into and out of the uploads bucket.
#[derive(Clone)]
pub struct LocalUploadLinks {
    /// Signs the links.
    pub signer: Arc<LinkSigner>,
    /// The name of the uploads bucket.
    pub bucket: String,
}

/// Links to the thumbnails bucket.
#[derive(Clone)]
pub struct LocalThumbnailLinks {
    /// Signs the links.
    pub signer: Arc<LinkSigner>,
    /// The name of the thumbnails bucket.
    pub bucket: String,
}

#[async_trait]
impl UploadLinks for LocalUploadLinks {
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure> {
        let granted = Grant {
            bucket: self.bucket.clone(),
            key: grant.key.clone(),
            expires_at: grant.expires_at,
            upload: Some(GrantedUpload {
                content_type: grant.content_type.clone(),
                size_bytes: grant.size_bytes,
            }),
        };
        let header = |name: &str, value: String| (name.to_owned(), value);
        Ok(UploadLink {
            url: self.signer.url("PUT", &granted),
            headers: vec![
                header("content-length", grant.size_bytes.to_string()),
                header("content-type", grant.content_type.clone()),
                header("if-none-match", IF_NONE_MATCH.to_owned()),
            ],
        })
    }

    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        Ok(self.signer.url("GET", &reading(&self.bucket, key, expires_at)))
    }
}

#[async_trait]
impl ThumbnailLinks for LocalThumbnailLinks {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        Ok(self.signer.url("GET", &reading(&self.bucket, key, expires_at)))
    }
}

fn reading(bucket: &str, key: &str, expires_at: Timestamp) -> Grant {
    Grant {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        expires_at,
        upload: None,
    }
}
