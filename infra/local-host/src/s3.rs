//! Serves the buckets: presigned PUT and GET with the semantics of S3, streamed, never held in memory.

mod cors;

use std::collections::BTreeMap;
use std::sync::Arc;

use adapter_embedded::buckets::{Bucket, ObjectInfo, PutCondition, PutOutcome};
use adapter_embedded::links::{Grant, GrantedUpload, LinkRequest, LinkSigner, SignatureFault};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::catalog::ports::ByteStream;
use domain::ports::{Clock, PortFailure};
use futures_util::{StreamExt as _, stream};
use percent_encoding::percent_decode_str;
use tokio::sync::Notify;

use crate::headers::put;
use crate::server;
use crate::template::CorsSpec;
use crate::unwanted_body;

const PREFIX: &str = "/s3/";

pub(crate) struct Objects {
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// The CORS rules of each bucket.
    pub(crate) cors: BTreeMap<String, Vec<CorsSpec>>,
    pub(crate) signer: Arc<LinkSigner>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Notified when an object was stored: its event waits to be dispatched.
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
    NoSuchBucket,
    NoSuchKey,
    MethodNotAllowed,
    MissingContentLength,
    IncompleteBody,
    RequestTimeout,
    Cors(cors::Refusal),
    PreconditionFailed,
    InvalidRange { size_bytes: u64 },
    Internal(PortFailure),
}

impl From<PortFailure> for Refusal {
    fn from(failure: PortFailure) -> Self {
        Self::Internal(failure)
    }
}

async fn serve(State(objects): State<Arc<Objects>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        let answered = objects
            .rules(parts.uri.path())
            .and_then(|rules| cors::preflight(rules, &parts.headers).map_err(Refusal::Cors));
        let mut response = answered.unwrap_or_else(|refusal| refused(&refusal));
        put(response.headers_mut(), header::VARY, cors::VARY);
        return response;
    }
    let answered = match objects.admit(&parts) {
        Ok(grant) => objects.answer(&parts, grant, body).await,
        Err(refusal) => {
            unwanted_body::discard(&parts.headers, body).await;
            Err(refusal)
        }
    };
    let mut response = answered.unwrap_or_else(|refusal| refused(&refusal));
    if let (Some(origin), Ok(rules)) = (parts.headers.get(header::ORIGIN), objects.rules(parts.uri.path())) {
        cors::decorate(rules, &parts.method, origin, response.headers_mut());
    }
    response
}

impl Objects {
    /// The CORS rules for a path.
    fn rules(&self, path: &str) -> Result<&[CorsSpec], Refusal> {
        let (bucket, _) = address(path).ok_or(Refusal::NoSuchKey)?;
        let rules = self.cors.get(&bucket).ok_or(Refusal::NoSuchBucket)?;
        Ok(rules)
    }

    /// The grant of the link, if it is genuine and has not expired.
    fn admit(&self, request: &Parts) -> Result<Grant, Refusal> {
        if ![Method::PUT, Method::GET, Method::HEAD].contains(&request.method) {
            return Err(Refusal::MethodNotAllowed);
        }
        let (bucket, key) = address(request.uri.path()).ok_or(Refusal::NoSuchKey)?;
        let text = |name| {
            let value: Option<&HeaderValue> = request.headers.get(name);
            value.and_then(|value| value.to_str().ok())
        };
        let content_length = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        if request.method == Method::PUT && content_length.is_none() {
            return Err(Refusal::MissingContentLength);
        }
        // A link for GET opens HEAD as well: the answer is the same without its body.
        let method = if request.method == Method::HEAD {
            "GET"
        } else {
            request.method.as_str()
        };
        let link = LinkRequest {
            method,
            bucket: &bucket,
            key: &key,
            query: request.uri.query().unwrap_or_default(),
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

    async fn answer(&self, request: &Parts, grant: Grant, body: Body) -> Result<Response, Refusal> {
        let bucket = self.buckets.get(&grant.bucket).ok_or(Refusal::NoSuchBucket)?;
        match grant.upload {
            Some(upload) => self.put(bucket, &grant.key, &upload, body).await,
            None if request.method == Method::HEAD => head(bucket, &grant.key).await,
            None => get(bucket, &grant.key, &request.headers).await,
        }
    }

    /// The object and its event are on disk before the caller gets an answer.
    async fn put(&self, bucket: &Bucket, key: &str, upload: &GrantedUpload, body: Body) -> Result<Response, Refusal> {
        let mut writer = bucket.begin(key).await?;
        let mut pieces = body.into_data_stream();
        let mut received_bytes = 0_u64;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|fault| {
                if server::is_stalled(&fault) {
                    Refusal::RequestTimeout
                } else {
                    Refusal::IncompleteBody
                }
            })?;
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
    let opened = bucket
        .get(key, info.version_id.as_deref(), first..first + length)
        .await?;
    let (info, pieces) = opened.ok_or(Refusal::NoSuchKey)?;
    let status = if range.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = described(status, &info, length, streamed(Box::new(pieces)));
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
    let end = size_bytes.checked_sub(1).ok_or(Refusal::InvalidRange { size_bytes })?;
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(end)),
        (Ok(first), Err(_)) if last.is_empty() => (first, end),
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => (size_bytes.saturating_sub(count), end),
        _ => return Ok(None),
    };
    if range.0 > end {
        Err(Refusal::InvalidRange { size_bytes })
    } else {
        Ok(Some(range))
    }
}

/// At most `length` bytes, piece by piece. A failure in the middle breaks the connection off, so that no caller takes a
/// part for the whole.
fn streamed(pieces: Box<dyn ByteStream>) -> Body {
    let pieces = stream::unfold(Some(pieces), |pieces| async {
        let mut pieces = pieces?;
        match pieces.next().await {
            Ok(None) => None,
            Ok(Some(piece)) => Some((Ok(Bytes::from(piece)), Some(pieces))),
            Err(failure) => Some((Err(failure), None)),
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
        Refusal::NoSuchBucket => (
            StatusCode::NOT_FOUND,
            "NoSuchBucket",
            "The specified bucket does not exist",
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
        Refusal::RequestTimeout => (
            StatusCode::BAD_REQUEST,
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period.",
        ),
        Refusal::Cors(cors::Refusal::NotAPreflight) => (
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "A preflight needs the headers Origin and Access-Control-Request-Method.",
        ),
        Refusal::Cors(cors::Refusal::Forbidden) => (
            StatusCode::FORBIDDEN,
            "AccessForbidden",
            "This CORS request is not allowed: no rule of the bucket has its origin, method and headers.",
        ),
        Refusal::PreconditionFailed => (
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailed",
            "There is an object of this key already.",
        ),
        Refusal::InvalidRange { .. } => (
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
    let mut response = (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response();
    if let Refusal::InvalidRange { size_bytes } = refusal {
        put(
            response.headers_mut(),
            header::CONTENT_RANGE,
            &format!("bytes */{size_bytes}"),
        );
    }
    response
}

#[cfg(test)]
mod tests;
