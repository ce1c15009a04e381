//! What does a link carry? Signing calls nobody, so this needs no cloud.

use std::collections::BTreeMap;

use adapter_s3::bucket::Bucket;
use adapter_s3::links::{S3ThumbnailLinks, S3UploadLinks};
use aws_smithy_async::time::StaticTimeSource;
use aws_types::SdkConfig;
use domain::catalog::ports::ThumbnailLinks;
use domain::uploads::ports::{UploadGrant, UploadLinks};
use domain::values::Timestamp;
use port_contracts::links;

/// When the contract's bodies begin.
const NOW_S: i64 = 1_700_000_000;

fn bucket() -> Bucket {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
        "AWS_SESSION_TOKEN" => Some("session/token+".to_owned()),
        _ => None,
    };
    let config: SdkConfig = edge::config::from_lookup(lookup, edge::aws::sdk_config).unwrap();
    let now = StaticTimeSource::from_secs(NOW_S.unsigned_abs());
    Bucket::new(&config.into_builder().time_source(now).build(), "shop-uploads")
}

fn after(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(NOW_S * 1_000 + ms)
}

fn grant(expires_at: Timestamp) -> UploadGrant {
    UploadGrant {
        key: "photos/MUG-01/0190-a".to_owned(),
        content_type: "image/jpeg".to_owned(),
        size_bytes: 5_000_000_000,
        expires_at,
    }
}

fn query(url: &str) -> BTreeMap<&str, &str> {
    let (_, query) = url.split_once('?').unwrap();
    query.split('&').map(|pair| pair.split_once('=').unwrap()).collect()
}

#[tokio::test]
async fn links_keep_their_contracts() {
    links::upload_links(&S3UploadLinks { bucket: bucket() }).await;
    links::thumbnail_links(&S3ThumbnailLinks { bucket: bucket() }).await;
}

#[tokio::test]
async fn an_upload_link_signs_what_it_tells_to_send_and_nothing_else() {
    let links = S3UploadLinks { bucket: bucket() };
    let link = links.put_link(&grant(after(900_999))).await.unwrap();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut headers = link.headers.clone();
    headers.sort();
    assert_eq!(
        headers,
        [
            header("content-length", "5000000000"),
            header("content-type", "image/jpeg"),
            header("if-none-match", "*"),
        ]
    );
    let address = "https://shop-uploads.s3.eu-central-1.amazonaws.com/photos/MUG-01/0190-a?";
    assert!(link.url.starts_with(address), "{}", link.url);
    let query = query(&link.url);
    let names: Vec<&str> = query.keys().copied().collect();
    assert_eq!(
        names,
        [
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-Expires",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
            "X-Amz-SignedHeaders",
            "x-id",
        ]
    );
    assert_eq!(
        query["X-Amz-SignedHeaders"],
        "content-length%3Bcontent-type%3Bhost%3Bif-none-match"
    );
    assert_eq!(query["X-Amz-Security-Token"], "session%2Ftoken%2B");
    assert_eq!(query["X-Amz-Date"], "20231114T221320Z");
    assert_eq!(query["X-Amz-Expires"], "900", "whole seconds, rounded down");
}

#[tokio::test]
async fn a_link_to_read_signs_its_host_alone() {
    let links = S3UploadLinks { bucket: bucket() };
    let url = links
        .get_link("reports/0190-a/rejected.csv", after(3_600_000))
        .await
        .unwrap();
    let query = query(&url);
    assert_eq!((query["X-Amz-SignedHeaders"], query["X-Amz-Expires"]), ("host", "3600"));
    assert!(!query.keys().any(|name| name.contains("checksum")), "{query:?}");
}

#[tokio::test]
async fn no_link_is_made_for_the_past() {
    let uploads = S3UploadLinks { bucket: bucket() };
    let thumbnails = S3ThumbnailLinks { bucket: bucket() };
    for expires_at in [after(999), after(0), after(-1), Timestamp::from_unix_ms(i64::MIN)] {
        let failures = [
            uploads.put_link(&grant(expires_at)).await.unwrap_err(),
            uploads.get_link("reports/a", expires_at).await.unwrap_err(),
            thumbnails.link("MUG-01/0190-a/128.jpg", expires_at).await.unwrap_err(),
        ];
        for failure in failures {
            assert!(!failure.transient, "{failure:?}");
            let source = failure.source.unwrap().to_string();
            assert_eq!(source, "the link would have expired already");
        }
    }
}

#[tokio::test]
async fn no_link_lives_longer_than_a_signature_may() {
    let links = S3ThumbnailLinks { bucket: bucket() };
    for expires_at in [after(8 * 24 * 3_600_000), Timestamp::from_unix_ms(i64::MAX)] {
        let url = links.link("MUG-01/0190-a/128.jpg", expires_at).await.unwrap();
        assert_eq!(query(&url)["X-Amz-Expires"], "604800");
    }
}
