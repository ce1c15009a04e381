//! Runs the contracts of the ports over buckets against a local cloud.

use adapter_s3::files::{S3CatalogFiles, S3RejectedRowsFiles};
use adapter_s3::object_writer::PART_BYTES;
use adapter_s3::photos::{S3PhotoStore, S3ThumbnailStore};
use domain::catalog::ports::{CatalogFiles, RejectedRowsFiles};
use domain::ports::PortFailure;
use domain::thumbnails::ports::{FetchedPhoto, PhotoStore};
use domain::values::{ObjectVersion, PhotoKey, UploadId, catalog_report_key};
use port_contracts::probes::Objects;
use port_contracts::{files, photos};

use crate::cloud::TestBucket;

fn upload_id() -> UploadId {
    UploadId::parse("0190-a").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn photos_and_thumbnails() {
    for objects in TestBucket::both().await {
        let bucket = objects.bucket.clone();
        photos::photo_store(&S3PhotoStore { bucket: bucket.clone() }, &objects).await;
        photos::thumbnail_store(&S3ThumbnailStore { bucket }, &objects).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn catalogs_and_reports() {
    for objects in TestBucket::both().await {
        let bucket = objects.bucket.clone();
        files::catalog_files(&S3CatalogFiles { bucket: bucket.clone() }, &objects).await;
        files::rejected_rows_files(&S3RejectedRowsFiles { bucket }, &objects).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_deleted_photo_is_gone_with_and_without_its_versions() {
    let objects = TestBucket::create(true).await;
    let photos = S3PhotoStore {
        bucket: objects.bucket.clone(),
    };
    let key = PhotoKey::parse("photos/Tee + Käse 50%2F/0190-a").unwrap();
    let first = objects.put(&key.to_key(), b"first").await.unwrap();
    let delete = objects.client.delete_object().bucket(&objects.name).key(key.to_key());
    let marker = delete.send().await.unwrap().version_id.unwrap();
    let fetch = async |version_id: Option<&str>| photos.fetch(&key, version_id, 100).await.unwrap();
    assert_eq!(fetch(None).await, FetchedPhoto::Gone, "hidden by a delete marker");
    assert_eq!(fetch(Some(&marker)).await, FetchedPhoto::Gone, "the marker itself");
    assert_eq!(
        fetch(Some(&first)).await,
        FetchedPhoto::Found(b"first".to_vec()),
        "below the marker"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_range_after_the_end_is_empty() {
    let objects = TestBucket::create(true).await;
    let catalogs = S3CatalogFiles {
        bucket: objects.bucket.clone(),
    };
    for bytes in [b"".as_slice(), b"sku"] {
        let object = ObjectVersion {
            key: "catalogs/0190-a.csv".to_owned(),
            version_id: objects.put("catalogs/0190-a.csv", bytes).await,
            size_bytes: 3,
        };
        for bytes in [3..3, 3..4, 4..9] {
            let mut stream = catalogs.open(&object, bytes).await.unwrap().unwrap();
            assert_eq!(stream.next().await.unwrap(), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_long_report_is_sent_in_parts_and_appears_as_a_whole() {
    let objects = TestBucket::create(true).await;
    let reports = S3RejectedRowsFiles {
        bucket: objects.bucket.clone(),
    };
    let key = catalog_report_key(&upload_id());
    for length in [PART_BYTES, 2 * PART_BYTES + 12_345] {
        let report: Vec<u8> = (0..length).map(|index| u8::try_from(index % 251).unwrap()).collect();
        let mut sink = reports.create(&upload_id()).await.unwrap();
        for piece in report.chunks(3_000_001) {
            sink.write(piece).await.unwrap();
        }
        assert_eq!(objects.unfinished_uploads().await, 1);
        sink.finish().await.unwrap();
        let (content_type, stored) = objects.get(&key).await.unwrap();
        assert_eq!(content_type, "text/csv; charset=utf-8");
        assert!(stored == report, "{} bytes of {length}", stored.len());
        assert_eq!(objects.unfinished_uploads().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_missing_bucket_is_a_failure_and_not_a_missing_photo() {
    let objects = TestBucket::create(false).await;
    let photos = S3PhotoStore {
        bucket: objects.bucket.sibling("no-such-bucket"),
    };
    let key = PhotoKey::parse("photos/MUG-01/0190-a").unwrap();
    let PortFailure { transient, .. } = photos.fetch(&key, None, 100).await.unwrap_err();
    assert!(!transient);
}
