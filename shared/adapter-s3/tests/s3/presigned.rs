//! Tests presigned links with a plain HTTP client: only the signed request succeeds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use adapter_s3::link_signer::LinkSigner;
use adapter_s3::links::{S3ThumbnailLinks, S3UploadLinks};
use domain::catalog::ports::ThumbnailLinks;
use domain::uploads::ports::{UploadGrant, UploadLink, UploadLinks};
use domain::values::Timestamp;
use port_contracts::probes::Objects;

use crate::cloud::TestBucket;

const PHOTO: &[u8] = b"\xff\xd8\xff";
/// Keys with characters that a browser, a form and a shell encode differently.
const KEYS: [&str; 4] = [
    "photos/MUG-01/0190-a",
    "photos/Tee + Käse 50%2F#?/0190-a",
    "photos/a b+c/0190-b",
    "photos/Größe=L&M;'~*()!/0190-c",
];

/// A quarter of an hour from now; the server uses the same clock.
fn soon() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_unix_ms(i64::try_from(since_epoch.as_millis()).unwrap()).plus(Duration::from_mins(15))
}

fn grant(key: &str) -> UploadGrant {
    UploadGrant {
        key: key.to_owned(),
        content_type: "image/jpeg".to_owned(),
        size_bytes: u64::try_from(PHOTO.len()).unwrap(),
        expires_at: soon(),
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    config.into()
}

/// Sends the request of the link, and returns the status.
fn put(link: &UploadLink, body: &[u8]) -> u16 {
    let headers = link.headers.iter();
    let request = headers.fold(agent().put(&link.url), |request, (name, value)| {
        request.header(name, value)
    });
    request.send(body).unwrap().status().as_u16()
}

fn with_header(link: &UploadLink, name: &str, value: &str) -> UploadLink {
    let mut link = link.clone();
    for header in &mut link.headers {
        if header.0 == name {
            value.clone_into(&mut header.1);
        }
    }
    link
}

fn without_header(link: &UploadLink, name: &str) -> UploadLink {
    let mut link = link.clone();
    link.headers.retain(|(other, _)| other != name);
    link
}

fn with_url(link: &UploadLink, from: &str, to: &str) -> UploadLink {
    let url = link.url.replacen(from, to, 1);
    assert_ne!(url, link.url, "{from} is part of the link");
    UploadLink { url, ..link.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_link_accepts_its_file_once() {
    for objects in TestBucket::both().await {
        let links = S3UploadLinks {
            signer: LinkSigner::new(&recorded_aws::local_cloud(), &objects.name),
        };
        for key in KEYS {
            let link = links.put_link(&grant(key)).await.unwrap();
            assert_eq!(put(&link, PHOTO), 200, "{key}");
            assert_eq!(
                objects.get(key).await,
                Some(("image/jpeg".to_owned(), PHOTO.to_vec())),
                "{key}"
            );
            assert_eq!(put(&link, PHOTO), 412, "the object exists");

            let reading = links.get_link(key, soon()).await.unwrap();
            let mut answer = agent().get(&reading).call().unwrap();
            assert_eq!(answer.status(), 200, "{key}");
            assert_eq!(answer.body_mut().read_to_vec().unwrap(), PHOTO);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_link_accepts_only_its_file() {
    let objects = TestBucket::create(true).await;
    let links = S3UploadLinks {
        signer: LinkSigner::new(&recorded_aws::local_cloud(), &objects.name),
    };
    let key = "photos/MUG-01/0190-a";
    let link = links.put_link(&grant(key)).await.unwrap();
    let longer = with_header(&link, "content-length", "4");
    assert_eq!(put(&longer, b"\xff\xd8\xff\xe0"), 403, "another length");
    let refused = [
        with_header(&link, "content-type", "image/png"),
        with_header(&link, "if-none-match", "\"etag\""),
        without_header(&link, "content-type"),
        without_header(&link, "if-none-match"),
        with_url(&link, "0190-a", "0190-b"),
        with_url(&link, "X-Amz-Expires=900", "X-Amz-Expires=9000"),
        with_url(&link, "host%3Bif-none-match", "host"),
    ];
    for (number, link) in refused.iter().enumerate() {
        assert_eq!(put(link, PHOTO), 403, "refusal {number}: {link:?}");
    }
    assert_eq!(objects.get(key).await, None);
    assert_eq!(objects.get("photos/MUG-01/0190-b").await, None);
    assert_eq!(put(&link, PHOTO), 200, "the unchanged link still works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_link_to_read_neither_writes_nor_reads_anything_else() {
    let objects = TestBucket::create(false).await;
    objects.put("MUG-01/0190-a/128.jpg", PHOTO).await;
    objects.put("MUG-01/0190-a/256.jpg", b"other").await;
    let links = S3ThumbnailLinks {
        signer: LinkSigner::new(&recorded_aws::local_cloud(), &objects.name),
    };
    let url = links.link("MUG-01/0190-a/128.jpg", soon()).await.unwrap();
    let read = |url: &str| agent().get(url).call().unwrap().status().as_u16();
    assert_eq!(read(&url), 200);
    assert_eq!(read(&url.replacen("128", "256", 1)), 403);
    let writing = UploadLink {
        url,
        headers: Vec::new(),
    };
    assert_eq!(put(&writing, b"new"), 403);
    let kept = objects.get("MUG-01/0190-a/128.jpg").await.map(|(_, bytes)| bytes);
    assert_eq!(kept.as_deref(), Some(PHOTO));
}
