//! How do files get in and out? Presigned PUT and GET with the semantics of S3, streamed, never held in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use adapter_embedded::buckets::{Bucket, ObjectInfo, PutCondition, PutOutcome};
use adapter_embedded::links::{Grant, GrantedUpload, LinkRequest, LinkSigner, SignatureFault};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::catalog::ports::ByteStream;
use domain::ports::{Clock, PortFailure};
use futures_util::{StreamExt as _, stream};
use percent_encoding::percent_decode_str;
use tokio::sync::Notify;

const PREFIX: &str = "/s3/";

pub(crate) struct Objects {
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) signer: Arc<LinkSigner>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Rung when an object was stored: its event waits to be dispatched.
    pub(crate) wake: Arc<Notify>,
}

pub(crate) fn router(objects: Arc<Objects>) -> Router {
    Router::new()
        .route("/s3/{bucket}/{*key}", any(serve))
        .with_state(objects)
}

/// Why a request fails, with the codes that S3 uses
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
enum Refusal {
    AccessDenied(&'static str),
    SignatureDoesNotMatch,
    NoSuchKey,
    MethodNotAllowed,
    MissingContentLength,
    IncompleteBody,
    PreconditionFailed,
    InvalidRange,
    Internal(PortFailure),
}

impl From<PortFailure> for Refusal {
    fn from(failure: PortFailure) -> Self {
        Self::Internal(failure)
    }
}

async fn serve(State(objects): State<Arc<Objects>>, request: Request) -> Response {
    match objects.answer(request).await {
        Ok(response) => response,
        Err(refusal) => refused(&refusal),
    }
}

impl Objects {
    async fn answer(&self, request: Request) -> Result<Response, Refusal> {
        let (bucket, key) = address(request.uri().path()).ok_or(Refusal::NoSuchKey)?;
        let method = request.method().clone();
        let grant = self.granted(&request, &bucket, &key)?;
        let bucket = self.buckets.get(&bucket).ok_or(Refusal::NoSuchKey)?;
        match (method, grant.upload) {
            (Method::PUT, Some(upload)) => self.put(bucket, &key, &upload, request.into_body()).await,
            (Method::GET, None) => get(bucket, &key, request.headers()).await,
            (Method::HEAD, None) => head(bucket, &key).await,
            _ => Err(Refusal::MethodNotAllowed),
        }
    }

    fn granted(&self, request: &Request, bucket: &str, key: &str) -> Result<Grant, Refusal> {
        let headers = request.headers();
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let content_length = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        if request.method() == Method::PUT && content_length.is_none() {
            return Err(Refusal::MissingContentLength);
        }
        // A link for GET opens HEAD as well: the answer is the same without its body.
        let method = if request.method() == Method::HEAD {
            "GET"
        } else {
            request.method().as_str()
        };
        let link = LinkRequest {
            method,
            bucket,
            key,
            query: request.uri().query().unwrap_or_default(),
            content_type: text(header::CONTENT_TYPE),
            content_length,
            if_none_match: text(header::IF_NONE_MATCH),
        };
        self.signer
            .verify(&link, self.clock.now())
            .map_err(|fault| match fault {
                SignatureFault::Missing => Refusal::AccessDenied("Access Denied"),
                SignatureFault::Malformed => {
                    Refusal::AccessDenied("Query-string authentication parameters are malformed")
                }
                SignatureFault::Expired => Refusal::AccessDenied("Request has expired"),
                SignatureFault::Mismatch => Refusal::SignatureDoesNotMatch,
            })
    }

    /// Everything is on disk, and its event with it, before the caller is told so.
    async fn put(&self, bucket: &Bucket, key: &str, upload: &GrantedUpload, body: Body) -> Result<Response, Refusal> {
        let mut writer = bucket.begin(key).await?;
        let mut pieces = body.into_data_stream();
        let mut received_bytes = 0_u64;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| Refusal::IncompleteBody)?;
            received_bytes += piece.len() as u64;
            if received_bytes > upload.size_bytes {
                return Err(Refusal::SignatureDoesNotMatch);
            }
            writer.write(&piece).await?;
        }
        if received_bytes != upload.size_bytes {
            return Err(Refusal::IncompleteBody);
        }
        match writer.finish(&upload.content_type, PutCondition::IfAbsent).await? {
            PutOutcome::AlreadyExists => Err(Refusal::PreconditionFailed),
            PutOutcome::Stored(info) => {
                self.wake.notify_waiters();
                let mut response = StatusCode::OK.into_response();
                put(response.headers_mut(), header::ETAG, &format!("\"{}\"", info.etag));
                if let Some(version_id) = &info.version_id {
                    put(response.headers_mut(), "x-amz-version-id", version_id);
                }
                Ok(response)
            }
        }
    }
}

async fn head(bucket: &Bucket, key: &str) -> Result<Response, Refusal> {
    let info = bucket.head(key, None).await?.ok_or(Refusal::NoSuchKey)?;
    Ok(described(StatusCode::OK, &info, info.size_bytes, Body::empty()))
}

async fn get(bucket: &Bucket, key: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
    let info = bucket.head(key, None).await?.ok_or(Refusal::NoSuchKey)?;
    let range = match headers.get(header::RANGE).and_then(|range| range.to_str().ok()) {
        None => None,
        Some(text) => requested_range(text, info.size_bytes)?,
    };
    let (first, last) = range.unwrap_or((0, info.size_bytes.saturating_sub(1)));
    let length = if info.size_bytes == 0 { 0 } else { last - first + 1 };
    let opened = bucket.get(key, info.version_id.as_deref(), first).await?;
    let (info, pieces) = opened.ok_or(Refusal::NoSuchKey)?;
    let status = if range.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = described(status, &info, length, streamed(Box::new(pieces), length));
    if range.is_some() {
        let content_range = format!("bytes {first}-{last}/{}", info.size_bytes);
        put(response.headers_mut(), header::CONTENT_RANGE, &content_range);
    }
    Ok(response)
}

/// First and last byte of a single range; `None` where S3 answers with the whole object.
fn requested_range(text: &str, size_bytes: u64) -> Result<Option<(u64, u64)>, Refusal> {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let end = size_bytes.checked_sub(1).ok_or(Refusal::InvalidRange)?;
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(end)),
        (Ok(first), Err(_)) if last.is_empty() => (first, end),
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => (size_bytes.saturating_sub(count), end),
        _ => return Ok(None),
    };
    if range.0 > end {
        Err(Refusal::InvalidRange)
    } else {
        Ok(Some(range))
    }
}

/// At most `length` bytes, piece by piece. A failure in the middle breaks the connection off, so that no caller takes a
/// part for the whole.
fn streamed(pieces: Box<dyn ByteStream>, length: u64) -> Body {
    let pieces = stream::unfold((pieces, length), |(mut pieces, remaining)| async move {
        if remaining == 0 {
            return None;
        }
        match pieces.next().await {
            Ok(None) => None,
            Ok(Some(mut piece)) => {
                piece.truncate(usize::try_from(remaining).unwrap_or(usize::MAX));
                let remaining = remaining - piece.len() as u64;
                Some((Ok(Bytes::from(piece)), (pieces, remaining)))
            }
            Err(failure) => Some((Err(failure), (pieces, 0))),
        }
    });
    Body::from_stream(pieces)
}

fn described(status: StatusCode, info: &ObjectInfo, length: u64, body: Body) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    put(headers, header::CONTENT_LENGTH, &length.to_string());
    put(headers, header::CONTENT_TYPE, &info.content_type);
    put(headers, header::ETAG, &format!("\"{}\"", info.etag));
    put(headers, header::ACCEPT_RANGES, "bytes");
    // What was uploaded is shown as what it was declared to be, and nothing else.
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// Bucket and key of a path, decoded exactly once.
fn address(path: &str) -> Option<(String, String)> {
    let (bucket, key) = path.strip_prefix(PREFIX)?.split_once('/')?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
    Some((decoded(bucket)?, decoded(key).filter(|key| !key.is_empty())?))
}

fn refused(refusal: &Refusal) -> Response {
    let (status, code, message) = match refusal {
        Refusal::AccessDenied(message) => (StatusCode::FORBIDDEN, "AccessDenied", *message),
        Refusal::SignatureDoesNotMatch => (
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The request is not the one that was signed: method, key, length, type and If-None-Match have to be the same",
        ),
        Refusal::NoSuchKey => (StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."),
        Refusal::MethodNotAllowed => (
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed.",
        ),
        Refusal::MissingContentLength => (
            StatusCode::LENGTH_REQUIRED,
            "MissingContentLength",
            "You must provide the Content-Length HTTP header.",
        ),
        Refusal::IncompleteBody => (
            StatusCode::BAD_REQUEST,
            "IncompleteBody",
            "The body has fewer bytes than Content-Length says.",
        ),
        Refusal::PreconditionFailed => (
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailed",
            "There is an object of this key already.",
        ),
        Refusal::InvalidRange => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            "InvalidRange",
            "The requested range is not satisfiable",
        ),
        Refusal::Internal(failure) => {
            tracing::error!(error = failure as &dyn std::error::Error, "object request failed");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "We encountered an internal error. Please try again.",
            )
        }
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// A value that is no header value is left out.
fn put(headers: &mut HeaderMap, name: impl header::IntoHeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_exactly_once() {
        let decoded = |path| address(path).map(|(_, key)| key);
        assert_eq!(
            decoded("/s3/b/photos/Tee%20+%20K%C3%A4se/50%252F"),
            Some("photos/Tee + Käse/50%2F".to_owned())
        );
        assert_eq!(decoded("/s3/b/"), None);
        assert_eq!(decoded("/s3/b/%FF"), None);
    }

    #[test]
    fn a_single_range_is_cut_to_the_object() {
        let range = |text| requested_range(text, 10).ok().flatten();
        assert_eq!(range("bytes=2-4"), Some((2, 4)));
        assert_eq!(range("bytes=2-"), Some((2, 9)));
        assert_eq!(range("bytes=-3"), Some((7, 9)));
        assert_eq!(range("bytes=2-400"), Some((2, 9)));
        for whole in ["bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5"] {
            assert_eq!(range(whole), None, "{whole}");
        }
        assert!(requested_range("bytes=10-", 10).is_err());
    }
}
