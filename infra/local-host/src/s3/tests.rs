//! Tests that a link accepts one file, exactly as signed, and serves it in whole or in part.

use std::time::Duration;

use adapter_embedded::Database;
use adapter_embedded::buckets::{self, Buckets, Versions};
use adapter_embedded::links::LocalUploadLinks;
use adapter_memory::time::SetClock;
use axum::body::to_bytes;
use axum::http::request::Builder;
use domain::uploads::ports::{UploadGrant, UploadLinks as _};
use domain::values::Timestamp;
use tower::ServiceExt as _;

use super::*;

const KEY: &str = "photos/Tee + K\u{e4}se 50%2F/1";
const BODY: &[u8] = b"0123456789";
const ANSWER_BYTES_MAX: usize = 64 * 1024;

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_000_000)
}

fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(now()))
}

struct World {
    database: Database,
    router: Router,
    links: LocalUploadLinks,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// The code of an error document.
    fn code(&self) -> &str {
        let text = std::str::from_utf8(&self.body).unwrap();
        text.split("<Code>").nth(1).unwrap().split("</Code>").next().unwrap()
    }
}

impl World {
    fn new() -> Self {
        let database = Database::in_memory().unwrap();
        let buckets = Buckets::in_temporary_folder(database.clone(), clock()).unwrap();
        let bucket = buckets.bucket("uploads", Versions::Kept).unwrap();
        let signer = Arc::new(LinkSigner::new(String::new(), [7; 32]));
        let objects = Objects {
            buckets: BTreeMap::from([("uploads".to_owned(), bucket)]),
            cors: BTreeMap::from([(
                "uploads".to_owned(),
                crate::template::load().unwrap().buckets["UploadsBucket"].cors.clone(),
            )]),
            signer: Arc::clone(&signer),
            clock: clock(),
            wake: Arc::new(Notify::new()),
        };
        Self {
            database,
            router: router(Arc::new(objects)),
            links: LocalUploadLinks {
                signer,
                bucket: "uploads".to_owned(),
            },
        }
    }

    async fn put_link(&self, expires_at: Timestamp) -> String {
        let grant = UploadGrant {
            key: KEY.to_owned(),
            content_type: "image/png".to_owned(),
            size_bytes: BODY.len() as u64,
            expires_at,
        };
        self.links.put_link(&grant).await.unwrap().url
    }

    async fn get_link(&self) -> String {
        self.links.get_link(KEY, later()).await.unwrap()
    }

    async fn send(&self, request: Builder, body: impl Into<Body>) -> Answer {
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, ANSWER_BYTES_MAX).await.unwrap().into(),
        }
    }

    async fn put_as_signed(&self) -> Answer {
        self.send(as_signed(&self.put_link(later()).await), BODY).await
    }

    async fn events(&self) -> usize {
        let events = self
            .database
            .call("list events", |connection| buckets::object_events(connection, 10));
        events.await.unwrap().len()
    }
}

fn later() -> Timestamp {
    now().plus(Duration::from_mins(1))
}

/// A PUT with the headers that its link demands.
fn as_signed(url: &str) -> Builder {
    axum::http::Request::put(url)
        .header("content-type", "image/png")
        .header("content-length", BODY.len())
        .header("if-none-match", "*")
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_in() {
    let world = World::new();
    let put = world.put_as_signed().await;
    assert_eq!(put.status, StatusCode::OK);
    assert_eq!(world.events().await, 1, "its event is durable with it");

    let url = world.get_link().await;
    let got = world.send(axum::http::Request::get(&url), "").await;
    assert_eq!((got.status, got.body.as_slice()), (StatusCode::OK, BODY));
    assert_eq!(got.headers["content-type"], "image/png");
    assert_eq!(got.headers["content-length"], "10");
    assert_eq!(got.headers["etag"], put.headers["etag"]);
    assert_eq!(got.headers["accept-ranges"], "bytes");

    let head = world.send(axum::http::Request::head(&url), "").await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.headers["content-length"], "10");
}

#[tokio::test]
async fn a_range_is_a_part() {
    let world = World::new();
    world.put_as_signed().await;
    let url = world.get_link().await;
    let part = async |range: &str| {
        world
            .send(axum::http::Request::get(&url).header("range", range), "")
            .await
    };
    for (range, expected, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
    ] {
        let got = part(range).await;
        assert_eq!(
            (got.status, got.body.as_slice()),
            (StatusCode::PARTIAL_CONTENT, expected.as_bytes())
        );
        assert_eq!(got.headers["content-range"], content_range);
        assert_eq!(got.headers["content-length"], expected.len().to_string());
    }
    let beyond = part("bytes=10-").await;
    assert_eq!(
        (beyond.status, beyond.code()),
        (StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange")
    );
    assert_eq!(beyond.headers["content-range"], "bytes */10");
}

#[tokio::test]
async fn a_link_writes_once() {
    let world = World::new();
    world.put_as_signed().await;
    let second = world.put_as_signed().await;
    assert_eq!(
        (second.status, second.code()),
        (StatusCode::PRECONDITION_FAILED, "PreconditionFailed")
    );
    assert_eq!(world.events().await, 1);
}

#[tokio::test]
async fn what_was_not_signed_is_refused_and_leaves_nothing() {
    let world = World::new();
    let url = world.put_link(later()).await;
    let put = || axum::http::Request::put(&url);
    let (length, kind, once) = (
        ("content-length", "10"),
        ("content-type", "image/png"),
        ("if-none-match", "*"),
    );
    for (headers, body, status, code) in [
        (
            [length, ("content-type", "text/html"), once],
            "0123456789",
            403,
            "SignatureDoesNotMatch",
        ),
        (
            [("content-length", "4"), kind, once],
            "0123",
            403,
            "SignatureDoesNotMatch",
        ),
        (
            [length, kind, ("if-match", "*")],
            "0123456789",
            403,
            "SignatureDoesNotMatch",
        ),
        (
            [length, kind, ("if-none-match", "\"a\"")],
            "0123456789",
            403,
            "SignatureDoesNotMatch",
        ),
        (
            [("x-other", "1"), kind, once],
            "0123456789",
            411,
            "MissingContentLength",
        ),
        ([length, kind, once], "0123", 400, "IncompleteBody"),
        ([length, kind, once], "0123456789a", 403, "SignatureDoesNotMatch"),
    ] {
        let request = headers
            .into_iter()
            .fold(put(), |request, (name, value)| request.header(name, value));
        let answer = world.send(request, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{headers:?} {body}"
        );
        assert_eq!(answer.headers["content-type"], "application/xml");
    }
    assert_eq!(world.events().await, 0);
    let got = world.send(axum::http::Request::get(world.get_link().await), "").await;
    assert_eq!((got.status, got.code()), (StatusCode::NOT_FOUND, "NoSuchKey"));
}

#[tokio::test]
async fn a_changed_link_opens_nothing() {
    let world = World::new();
    world.put_as_signed().await;
    let url = world.get_link().await;
    let (path, query) = url.split_once('?').unwrap();
    for (changed, code) in [
        (path.to_owned(), "AccessDenied"),
        (url.replace("photos", "catalogs"), "SignatureDoesNotMatch"),
        (url.replace("uploads", "thumbnails"), "SignatureDoesNotMatch"),
        (url.replace("Expires=1", "Expires=2"), "SignatureDoesNotMatch"),
        (
            format!("{path}?{}", query.replace("Signature=", "Signature=x")),
            "AccessDenied",
        ),
    ] {
        assert_ne!(changed, url);
        let got = world.send(axum::http::Request::get(&changed), "").await;
        assert_eq!((got.status, got.code()), (StatusCode::FORBIDDEN, code), "{changed}");
    }
    let put = world.send(as_signed(&url), BODY).await;
    assert_eq!(
        (put.status, put.code()),
        (StatusCode::FORBIDDEN, "SignatureDoesNotMatch"),
        "a link to read"
    );
    let removed = world.send(axum::http::Request::delete(&url), "").await;
    assert_eq!(
        (removed.status, removed.code()),
        (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed")
    );
}

const ORIGIN: &str = "http://127.0.0.1:3000";

#[tokio::test]
async fn a_page_of_the_allowed_origin_may_upload_as_the_template_says() {
    let world = World::new();
    let url = world.put_link(later()).await;
    let preflight = |origin: &str| {
        axum::http::Request::options(&url)
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "content-type,if-none-match")
    };
    let allowed = world.send(preflight(ORIGIN), "").await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(allowed.headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(allowed.headers["access-control-allow-methods"], "PUT");
    assert_eq!(
        allowed.headers["access-control-allow-headers"],
        "content-type,if-none-match"
    );
    assert_eq!(allowed.headers["access-control-max-age"], "3600");
    let put = world.send(as_signed(&url).header("origin", ORIGIN), BODY).await;
    assert_eq!(put.status, StatusCode::OK);
    assert_eq!(put.headers["access-control-allow-origin"], ORIGIN);

    let stranger = world.send(preflight("http://evil.example"), "").await;
    assert_eq!(
        (stranger.status, stranger.code()),
        (StatusCode::FORBIDDEN, "AccessForbidden")
    );
    for answer in [
        &stranger,
        &world
            .send(as_signed(&url).header("origin", "http://evil.example"), BODY)
            .await,
    ] {
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        assert!(answer.headers["vary"].to_str().unwrap().starts_with("Origin"));
    }
    let bare = world.send(axum::http::Request::options(&url), "").await;
    assert_eq!((bare.status, bare.code()), (StatusCode::BAD_REQUEST, "BadRequest"));
    let elsewhere = preflight(ORIGIN).uri("/s3/nothing/a");
    assert_eq!(world.send(elsewhere, "").await.code(), "NoSuchBucket");
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let world = World::new();
    let url = world.put_link(now()).await;
    let late = world.send(as_signed(&url), BODY).await;
    assert_eq!((late.status, late.code()), (StatusCode::FORBIDDEN, "AccessDenied"));
    assert!(String::from_utf8(late.body).unwrap().contains("Request has expired"));
}

#[test]
fn a_path_is_decoded_exactly_once() {
    let decoded = |path| address(path).map(|(_, key)| key);
    assert_eq!(
        decoded("/s3/b/photos/Tee%20+%20K%C3%A4se/50%252F"),
        Some("photos/Tee + K\u{e4}se/50%2F".to_owned())
    );
    assert_eq!(decoded("/s3/b/"), None);
    assert_eq!(decoded("/s3/b/%FF"), None);
}

#[test]
fn a_single_range_is_cut_to_the_object() {
    let range = |text| requested_range(text, 10).ok().flatten();
    assert_eq!(range("bytes=2-400"), Some((2, 9)));
    assert_eq!(range("bytes=-300"), Some((0, 9)));
    for whole in ["bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=-0"] {
        assert_eq!(range(whole), None, "{whole}");
    }
    assert!(requested_range("bytes=0-", 0).is_err(), "of an empty object");
}
