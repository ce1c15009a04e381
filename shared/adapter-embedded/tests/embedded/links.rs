//! Tests that a link allows exactly the request that it was signed for.

use std::sync::Arc;

use adapter_embedded::links::{
    Grant, GrantedUpload, LinkRequest, LinkSigner, LocalThumbnailLinks, LocalUploadLinks, SignatureFault,
};
use domain::catalog::ports::ThumbnailLinks;
use domain::uploads::ports::{UploadGrant, UploadLinks};
use domain::values::Timestamp;

const KEY: &str = "photos/Tee + Käse/0190-a";

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

fn signer() -> Arc<LinkSigner> {
    Arc::new(LinkSigner::new("http://127.0.0.1:3000".to_owned(), [7; 32]))
}

async fn upload_query() -> String {
    let links = LocalUploadLinks {
        signer: signer(),
        bucket: "uploads".to_owned(),
    };
    let grant = UploadGrant {
        key: KEY.to_owned(),
        content_type: "image/jpeg".to_owned(),
        size_bytes: 5,
        expires_at: at(1_000),
    };
    let link = links.put_link(&grant).await.unwrap();
    let (place, query) = link.url.split_once('?').unwrap();
    assert_eq!(
        place,
        "http://127.0.0.1:3000/s3/uploads/photos/Tee%20%2B%20K%C3%A4se/0190-a"
    );
    query.to_owned()
}

fn upload(query: &str) -> LinkRequest<'_> {
    LinkRequest {
        method: "PUT",
        bucket: "uploads",
        key: KEY,
        query,
        content_type: Some("image/jpeg"),
        content_length: Some(5),
        if_none_match: Some("*"),
    }
}

#[tokio::test]
async fn an_upload_is_granted_until_it_expires() {
    let query = upload_query().await;
    let granted = Grant {
        bucket: "uploads".to_owned(),
        key: KEY.to_owned(),
        expires_at: at(1_000),
        upload: Some(GrantedUpload {
            content_type: "image/jpeg".to_owned(),
            size_bytes: 5,
        }),
    };
    assert_eq!(signer().verify(&upload(&query), at(999)), Ok(granted));
    assert_eq!(
        signer().verify(&upload(&query), at(1_000)),
        Err(SignatureFault::Expired)
    );
    let other_key = LinkSigner::new(String::new(), [8; 32]);
    assert_eq!(
        other_key.verify(&upload(&query), at(999)),
        Err(SignatureFault::Mismatch)
    );
}

#[tokio::test]
async fn whatever_differs_from_what_was_signed_is_refused() {
    let query = upload_query().await;
    let later = query.replace("Expires=1000", "Expires=9000");
    let genuine = upload(&query);
    let requests = [
        LinkRequest {
            method: "GET",
            ..genuine
        },
        LinkRequest {
            method: "DELETE",
            ..genuine
        },
        LinkRequest {
            bucket: "thumbnails",
            ..genuine
        },
        LinkRequest {
            key: "photos/Tee + Käse/0190-b",
            ..genuine
        },
        LinkRequest {
            query: &later,
            ..genuine
        },
        LinkRequest {
            content_type: Some("image/png"),
            ..genuine
        },
        LinkRequest {
            content_type: None,
            ..genuine
        },
        LinkRequest {
            content_length: Some(6),
            ..genuine
        },
        LinkRequest {
            content_length: None,
            ..genuine
        },
        LinkRequest {
            if_none_match: Some("\"etag\""),
            ..genuine
        },
        LinkRequest {
            if_none_match: None,
            ..genuine
        },
    ];
    for request in requests {
        assert_eq!(
            signer().verify(&request, at(0)),
            Err(SignatureFault::Mismatch),
            "{request:?}"
        );
    }
}

#[tokio::test]
async fn damaged_parameters_are_told_apart() {
    let query = upload_query().await;
    let half = &query[..query.len() - 1];
    for (query, fault) in [
        ("", SignatureFault::Missing),
        ("X-Popshop-Expires=1000", SignatureFault::Missing),
        ("X-Popshop-Signature=00", SignatureFault::Missing),
        (
            "X-Popshop-Expires=soon&X-Popshop-Signature=00",
            SignatureFault::Malformed,
        ),
        (
            "X-Popshop-Expires=1000&X-Popshop-Signature=xy",
            SignatureFault::Malformed,
        ),
        ("X-Popshop-Expires=1000&X-Popshop-Signature=", SignatureFault::Mismatch),
        (half, SignatureFault::Malformed),
        (&half[..half.len() - 1], SignatureFault::Mismatch),
    ] {
        assert_eq!(signer().verify(&upload(query), at(0)), Err(fault), "{query}");
    }
}

#[tokio::test]
async fn a_thumbnail_can_be_read_and_not_written() {
    let links = LocalThumbnailLinks {
        signer: signer(),
        bucket: "thumbnails".to_owned(),
    };
    let url = links.link(KEY, at(1_000)).await.unwrap();
    let query = url.split_once('?').unwrap().1;
    let reading = LinkRequest {
        method: "GET",
        bucket: "thumbnails",
        key: KEY,
        query,
        content_type: None,
        content_length: None,
        if_none_match: None,
    };
    assert_eq!(signer().verify(&reading, at(0)).map(|grant| grant.upload), Ok(None));
    let writing = LinkRequest {
        bucket: "thumbnails",
        ..upload(query)
    };
    assert_eq!(signer().verify(&writing, at(0)), Err(SignatureFault::Mismatch));
}
