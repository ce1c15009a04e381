//! The contract of `PhotoUploads`, `PhotoStore` and `ThumbnailStore`.

use std::sync::Arc;

use domain::thumbnails::ports::{
    FetchedPhoto, PhotoStore, PhotoUpload, PhotoUploads, Thumbnail, ThumbnailFormat, ThumbnailStore,
};
use domain::uploads::ports::UploadRepository;
use domain::uploads::upload::{UploadKind, UploadStatus};
use domain::values::{PhotoKey, UploadId};

use crate::probes::Objects;
use crate::samples::{at, at_once, sku, upload_id};
use crate::uploads::announced;

/// The ports that together keep photo uploads, over one store.
pub struct PhotoUploadPorts {
    /// Keeps the state of photos.
    pub photos: Arc<dyn PhotoUploads>,
    /// Announces the photos, and shows their status.
    pub uploads: Arc<dyn UploadRepository>,
}

/// The contract of [`PhotoUploads`].
pub async fn photo_uploads(ports: &PhotoUploadPorts) {
    an_announced_photo_is_processed_and_done(ports).await;
    a_photo_that_nobody_announced_is_recorded(ports).await;
    the_first_end_stays(ports).await;
}

/// `objects` is the bucket that the store reads.
pub async fn photo_store(photos: &dyn PhotoStore, objects: &dyn Objects) {
    let key = photo_key(&upload_id());
    assert_eq!(photos.fetch(&key, None, 100).await.unwrap(), FetchedPhoto::Gone);
    let first = objects.put(&key.to_key(), b"first").await;
    let second = objects.put(&key.to_key(), b"second one").await;
    let found = FetchedPhoto::Found(b"second one".to_vec());
    assert_eq!(photos.fetch(&key, None, 100).await.unwrap(), found);
    assert_eq!(
        photos.fetch(&key, None, 10).await.unwrap(),
        found,
        "exactly at the limit"
    );
    assert_eq!(
        photos.fetch(&key, None, 9).await.unwrap(),
        FetchedPhoto::TooLarge { bytes: 10 }
    );
    if let (Some(first), Some(second)) = (first, second) {
        let read = photos.fetch(&key, Some(&first), 100).await.unwrap();
        assert_eq!(
            read,
            FetchedPhoto::Found(b"first".to_vec()),
            "the version that the event named"
        );
        assert_eq!(photos.fetch(&key, Some(&second), 100).await.unwrap(), found);
    }
    objects.put(&key.to_key(), b"").await;
    assert_eq!(
        photos.fetch(&key, None, 100).await.unwrap(),
        FetchedPhoto::Found(Vec::new())
    );
    objects.delete(&key.to_key()).await;
    assert_eq!(photos.fetch(&key, None, 100).await.unwrap(), FetchedPhoto::Gone);
}

/// `objects` is the bucket that the store writes.
pub async fn thumbnail_store(thumbnails: &dyn ThumbnailStore, objects: &dyn Objects) {
    let key = format!("{}/{}/128.jpg", sku(), upload_id());
    for bytes in [b"one".to_vec(), b"one".to_vec(), vec![0; 300_000]] {
        let thumbnail = Thumbnail {
            size_px: 128,
            width_px: 128,
            height_px: 96,
            format: ThumbnailFormat::Jpeg,
            bytes: bytes.clone(),
        };
        thumbnails.put(&key, &thumbnail).await.unwrap();
        assert_eq!(objects.get(&key).await, Some(("image/jpeg".to_owned(), bytes)));
    }
}

fn photo_key(id: &UploadId) -> PhotoKey {
    PhotoKey {
        sku: sku(),
        upload_id: id.clone(),
    }
}

async fn status(ports: &PhotoUploadPorts, id: &UploadId) -> (UploadStatus, Option<String>) {
    let upload = ports.uploads.find(id).await.unwrap().expect("the upload is known");
    (upload.status, upload.reason)
}

async fn an_announced_photo_is_processed_and_done(ports: &PhotoUploadPorts) {
    let kind = UploadKind::ProductPhoto {
        sku: sku(),
        content_type: "image/png".to_owned(),
    };
    let announced = announced(kind);
    let sequence = ports.uploads.announce(&announced).await.unwrap().sequence;
    let key = photo_key(&announced.id);
    for seconds in [1, 2] {
        let begun = ports.photos.begin(&key, 5, at(seconds)).await.unwrap();
        assert_eq!(
            begun,
            PhotoUpload {
                sequence,
                correlation_id: announced.correlation_id.clone(),
                finished: false
            }
        );
        assert_eq!(status(ports, &announced.id).await, (UploadStatus::Processing, None));
    }
    for seconds in [3, 4] {
        ports.photos.done(&announced.id, at(seconds)).await.unwrap();
        let begun = ports.photos.begin(&key, 5, at(seconds)).await.unwrap();
        assert_eq!(
            begun,
            PhotoUpload {
                sequence,
                correlation_id: announced.correlation_id.clone(),
                finished: true
            }
        );
        assert_eq!(status(ports, &announced.id).await, (UploadStatus::Done, None));
    }
}

async fn a_photo_that_nobody_announced_is_recorded(ports: &PhotoUploadPorts) {
    let key = photo_key(&upload_id());
    let begun = at_once(|_| {
        let (photos, key) = (Arc::clone(&ports.photos), key.clone());
        async move { photos.begin(&key, 5, at(1)).await.unwrap() }
    })
    .await;
    assert!(begun.iter().all(|upload| *upload == begun[0]), "{begun:?}");
    let upload = ports
        .uploads
        .find(&key.upload_id)
        .await
        .unwrap()
        .expect("the upload was recorded");
    assert_eq!(
        (upload.status, upload.created_by, upload.size_bytes),
        (UploadStatus::Processing, None, 5)
    );
    assert_eq!(upload.sequence, begun[0].sequence);
    assert!(matches!(upload.kind, UploadKind::ProductPhoto { sku, .. } if sku == key.sku));
}

async fn the_first_end_stays(ports: &PhotoUploadPorts) {
    let key = photo_key(&upload_id());
    ports.photos.begin(&key, 5, at(1)).await.unwrap();
    ports
        .photos
        .reject(&key.upload_id, "the file is empty", at(2))
        .await
        .unwrap();
    ports.photos.done(&key.upload_id, at(3)).await.unwrap();
    ports
        .photos
        .reject(&key.upload_id, "another reason", at(4))
        .await
        .unwrap();
    assert!(ports.photos.begin(&key, 5, at(5)).await.unwrap().finished);
    let expected = (UploadStatus::Rejected, Some("the file is empty".to_owned()));
    assert_eq!(status(ports, &key.upload_id).await, expected);
}
