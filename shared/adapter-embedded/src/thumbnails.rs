//! Serves the image pipeline from folders and SQLite.

use async_trait::async_trait;
use domain::catalog::ports::ByteStream;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{
    FetchedPhoto, PhotoShown, PhotoStore, PhotoUpload, PhotoUploads, ProductPhotos, ShowOutcome, Thumbnail,
    ThumbnailStore,
};
use domain::uploads::upload::{UploadKind, UploadStatus};
use domain::values::{PhotoKey, Timestamp, UploadId};
use rusqlite::named_params;

use crate::Database;
use crate::buckets::{Bucket, PutCondition, WHOLE};
use crate::columns::json_text;
use crate::upload_rows::{self, NewRow};

/// The content type of a photo that was copied in by hand. The renderer detects the format itself.
const CONTENT_TYPE_UNKNOWN: &str = "application/octet-stream";

/// Original photos in the uploads bucket.
#[derive(Clone)]
pub struct FolderPhotoStore {
    /// The bucket that holds the objects.
    pub bucket: Bucket,
}

/// The thumbnails bucket.
#[derive(Clone)]
pub struct FolderThumbnailStore {
    /// The bucket that holds the objects.
    pub bucket: Bucket,
}

/// Keeps in SQLite which photo each product shows.
#[derive(Debug, Clone)]
pub struct SqliteProductPhotos {
    /// The shop's database.
    pub database: Database,
}

/// Keeps the state of photo uploads in SQLite.
#[derive(Debug, Clone)]
pub struct SqlitePhotoUploads {
    /// The shop's database.
    pub database: Database,
}

#[async_trait]
impl PhotoStore for FolderPhotoStore {
    async fn fetch(
        &self,
        key: &PhotoKey,
        version_id: Option<&str>,
        limit_bytes: u64,
    ) -> Result<FetchedPhoto, PortFailure> {
        let Some((object, mut stream)) = self.bucket.get(&key.to_key(), version_id, WHOLE).await? else {
            return Ok(FetchedPhoto::Gone);
        };
        if object.size_bytes > limit_bytes {
            return Ok(FetchedPhoto::TooLarge {
                bytes: object.size_bytes,
            });
        }
        let mut photo = Vec::with_capacity(usize::try_from(object.size_bytes).unwrap_or(0));
        while let Some(piece) = stream.next().await? {
            photo.extend_from_slice(&piece);
        }
        Ok(FetchedPhoto::Found(photo))
    }
}

#[async_trait]
impl ThumbnailStore for FolderThumbnailStore {
    async fn put(&self, key: &str, thumbnail: &Thumbnail) -> Result<(), PortFailure> {
        let content_type = thumbnail.format.content_type();
        self.bucket
            .put(key, &thumbnail.bytes, content_type, PutCondition::Always)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl ProductPhotos for SqliteProductPhotos {
    async fn show(&self, photo: &PhotoShown, at: Timestamp) -> Result<ShowOutcome, PortFailure> {
        let photo = photo.clone();
        self.database
            .call("show photo", move |connection| {
                let PhotoShown {
                    sku,
                    upload_id,
                    sequence,
                    keys,
                } = &photo;
                let written = connection
                    .prepare_cached(
                        "INSERT INTO products (sku, photo_sequence, photo_upload_id, thumbnails, photo_at)
                         VALUES (:sku, :sequence, :upload, :thumbnails, :at)
                         ON CONFLICT (sku) DO UPDATE
                         SET photo_sequence = excluded.photo_sequence, photo_upload_id = excluded.photo_upload_id,
                             thumbnails = excluded.thumbnails, photo_at = excluded.photo_at
                         WHERE photo_sequence IS NULL OR photo_sequence < excluded.photo_sequence",
                    )?
                    .execute(named_params! {
                        ":sku": sku.as_str(),
                        ":sequence": sequence,
                        ":upload": upload_id.as_str(),
                        ":thumbnails": json_text(keys)?,
                        ":at": at.unix_ms(),
                    })?;
                Ok(if written == 1 {
                    ShowOutcome::Shown
                } else {
                    ShowOutcome::Superseded
                })
            })
            .await
    }
}

#[async_trait]
impl PhotoUploads for SqlitePhotoUploads {
    async fn begin(&self, key: &PhotoKey, size_bytes: u64, at: Timestamp) -> Result<PhotoUpload, PortFailure> {
        let key = key.clone();
        self.database
            .call("begin rendering", move |connection| {
                let by_hand = NewRow {
                    id: &key.upload_id,
                    kind: &UploadKind::ProductPhoto {
                        sku: key.sku.clone(),
                        content_type: CONTENT_TYPE_UNKNOWN.to_owned(),
                    },
                    size_bytes,
                    created_by: None,
                    correlation_id: None,
                    status: UploadStatus::Processing,
                    at,
                };
                upload_rows::insert(connection, &by_hand)?;
                upload_rows::mark_processing(connection, &key.upload_id, at)?;
                let upload = upload_rows::get(connection, &key.upload_id)?;
                Ok(PhotoUpload {
                    sequence: upload.sequence,
                    correlation_id: upload.correlation_id,
                    finished: upload.status.is_final(),
                })
            })
            .await
    }

    async fn done(&self, upload_id: &UploadId, at: Timestamp) -> Result<(), PortFailure> {
        let id = upload_id.clone();
        self.database
            .call("finish rendering", move |connection| {
                upload_rows::end(connection, &id, UploadStatus::Done, None, at)
            })
            .await
    }

    async fn reject(&self, upload_id: &UploadId, reason: &str, at: Timestamp) -> Result<(), PortFailure> {
        let (id, reason) = (upload_id.clone(), reason.to_owned());
        self.database
            .call("reject photo", move |connection| {
                upload_rows::end(connection, &id, UploadStatus::Rejected, Some(&reason), at)
            })
            .await
    }
}
