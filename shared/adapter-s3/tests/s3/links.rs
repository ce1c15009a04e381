//! Tests the content of presigned links. Signing makes no call, so these tests need no cloud.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use adapter_s3::link_signer::LinkSigner;
use adapter_s3::links::{S3ThumbnailLinks, S3UploadLinks};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_smithy_async::time::StaticTimeSource;
use aws_types::SdkConfig;
use domain::catalog::ports::ThumbnailLinks;
use domain::uploads::ports::{UploadGrant, UploadLinks};
use domain::values::Timestamp;
use port_contracts::links;

/// The time of the contract's tests, in Unix seconds.
const NOW_S: i64 = 1_700_000_000;

fn config(endpoint: Option<&str>) -> SdkConfig {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
        "AWS_SESSION_TOKEN" => Some("session/token+".to_owned()),
        "AWS_ENDPOINT_URL" => endpoint.map(str::to_owned),
        _ => None,
    };
    let config: SdkConfig = lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap();
    let now = StaticTimeSource::from_secs(NOW_S.unsigned_abs());
    config.into_builder().time_source(now).build()
}

fn signer() -> LinkSigner {
    LinkSigner::new(&config(None), "shop-uploads")
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
    links::upload_links(&S3UploadLinks { signer: signer() }).await;
    links::thumbnail_links(&S3ThumbnailLinks { signer: signer() }).await;
}

#[tokio::test]
async fn an_upload_link_signs_exactly_the_headers_to_send() {
    let links = S3UploadLinks { signer: signer() };
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
async fn a_link_to_read_signs_only_its_host() {
    let links = S3UploadLinks { signer: signer() };
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
    let uploads = S3UploadLinks { signer: signer() };
    let thumbnails = S3ThumbnailLinks { signer: signer() };
    for expires_at in [after(999), after(0), after(-1), Timestamp::from_unix_ms(i64::MIN)] {
        let failures = [
            uploads.put_link(&grant(expires_at)).await.unwrap_err(),
            uploads.get_link("reports/a", expires_at).await.unwrap_err(),
            thumbnails.link("MUG-01/0190-a/128.jpg", expires_at).await.unwrap_err(),
        ];
        for failure in failures {
            assert!(!failure.transient, "{failure:?}");
            let source = failure.source.unwrap().to_string();
            assert_eq!(
                source,
                "the expiry of the link is not at least one second in the future"
            );
        }
    }
}

#[tokio::test]
async fn no_link_lives_longer_than_a_signature_may() {
    let links = S3ThumbnailLinks { signer: signer() };
    for expires_at in [after(8 * 24 * 3_600_000), Timestamp::from_unix_ms(i64::MAX)] {
        let url = links.link("MUG-01/0190-a/128.jpg", expires_at).await.unwrap();
        assert_eq!(query(&url)["X-Amz-Expires"], "604800");
    }
}

/// The client of S3 may change a request before it signs it; our link must allow the same request.
#[tokio::test]
async fn a_link_equals_the_link_of_the_s3_client() {
    let keys = [
        "photos/MUG-01/0190-a",
        "photos/Größe=L&M;'~*()!/a b+c%2F#?",
        "a//b/../c",
    ];
    for endpoint in [None, Some("http://127.0.0.1:4566")] {
        for bucket in ["shop-uploads", "shop.uploads"] {
            for key in keys {
                let config = config(endpoint);
                let links = S3UploadLinks {
                    signer: LinkSigner::new(&config, bucket),
                };
                let config = aws_sdk_s3::config::Builder::from(&config)
                    .force_path_style(endpoint.is_some())
                    .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired)
                    .build();
                let client = aws_sdk_s3::Client::from_conf(config);
                let life = PresigningConfig::builder()
                    .start_time(UNIX_EPOCH + Duration::from_secs(NOW_S.unsigned_abs()))
                    .expires_in(Duration::from_mins(15))
                    .build()
                    .unwrap();
                let grant = UploadGrant {
                    key: key.to_owned(),
                    ..grant(after(900_000))
                };
                let put = client
                    .put_object()
                    .bucket(bucket)
                    .key(key)
                    .content_length(5_000_000_000);
                let put = put.content_type("image/jpeg").if_none_match("*");
                let put = put.presigned(life.clone()).await.unwrap();
                assert_same(&links.put_link(&grant).await.unwrap().url, put.uri());
                let get = client
                    .get_object()
                    .bucket(bucket)
                    .key(key)
                    .presigned(life)
                    .await
                    .unwrap();
                assert_same(&links.get_link(key, after(900_000)).await.unwrap(), get.uri());
            }
        }
    }
}

/// Compares links; the order of the parameters does not matter.
fn assert_same(ours: &str, theirs: &str) {
    let address = |url: &str| url.split_once('?').unwrap().0.to_owned();
    assert_eq!((address(ours), query(ours)), (address(theirs), query(theirs)));
}
