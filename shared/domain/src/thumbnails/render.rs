//! Renders an uploaded photo to thumbnails and makes its product show them.

use std::sync::Arc;

use super::ports::{
    FetchedPhoto, PhotoRefused, PhotoShown, PhotoStore, PhotoUploads, ProductPhotos, Rendering, ShowOutcome,
    THUMBNAIL_SIZES_PX, ThumbnailRenderer, ThumbnailStore,
};
use crate::ports::{Clock, PortFailure};
use crate::values::{CorrelationId, PHOTO_BYTES_MAX, PhotoKey, thumbnail_key};

/// The reason in the status of an upload whose photo no longer exists.
const DELETED: &str = "the photo was deleted before it was read";

/// The use case of `thumbnailer`.
pub struct RenderThumbnails {
    /// The original photos.
    pub photos: Arc<dyn PhotoStore>,
    /// Decodes, scales and encodes.
    pub renderer: Arc<dyn ThumbnailRenderer>,
    /// Where the thumbnails are stored.
    pub thumbnails: Arc<dyn ThumbnailStore>,
    /// Which photo each product shows.
    pub products: Arc<dyn ProductPhotos>,
    /// The state of the upload, which staff read.
    pub uploads: Arc<dyn PhotoUploads>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// How an attempt at a photo ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderOutcome {
    /// The product now shows the photo.
    Shown,
    /// Rendered, and a newer photo is shown.
    Superseded,
    /// Recorded for good: trying again cannot help.
    Rejected {
        /// Why, as its uploader reads it.
        reason: PhotoRefused,
    },
    /// An earlier attempt finished the upload. Nothing was done.
    FinishedBefore,
    /// Deleted since the event was sent.
    Gone,
}

impl RenderThumbnails {
    /// `begun` is called as soon as the id of the request is known that announced the photo.
    pub async fn run(
        &self,
        key: &PhotoKey,
        version_id: Option<&str>,
        size_bytes: u64,
        begun: &(dyn Fn(&CorrelationId) + Send + Sync),
    ) -> Result<RenderOutcome, PortFailure> {
        let upload = self.uploads.begin(key, size_bytes, self.clock.now()).await?;
        begun(&upload.correlation_id);
        if upload.finished {
            return Ok(RenderOutcome::FinishedBefore);
        }
        let rendering = match self.rendered(key, version_id, size_bytes).await? {
            Ok(Some(rendering)) => rendering,
            Ok(None) => {
                self.uploads.reject(&key.upload_id, DELETED, self.clock.now()).await?;
                return Ok(RenderOutcome::Gone);
            }
            Err(reason) => {
                self.uploads
                    .reject(&key.upload_id, &reason.to_string(), self.clock.now())
                    .await?;
                return Ok(RenderOutcome::Rejected { reason });
            }
        };
        let mut keys = Vec::with_capacity(rendering.thumbnails.len());
        for thumbnail in &rendering.thumbnails {
            let object_key = thumbnail_key(key, thumbnail.size_px, thumbnail.format.extension());
            self.thumbnails.put(&object_key, thumbnail).await?;
            keys.push((thumbnail.size_px, object_key));
        }
        // Shown only when every size is there; marked done only when shown. A repetition overwrites the same keys.
        let photo = PhotoShown {
            sku: key.sku.clone(),
            upload_id: key.upload_id.clone(),
            sequence: upload.sequence,
            keys,
        };
        let outcome = self.products.show(&photo, self.clock.now()).await?;
        self.uploads.done(&key.upload_id, self.clock.now()).await?;
        Ok(match outcome {
            ShowOutcome::Shown => RenderOutcome::Shown,
            ShowOutcome::Superseded => RenderOutcome::Superseded,
        })
    }

    async fn rendered(
        &self,
        key: &PhotoKey,
        version_id: Option<&str>,
        size_bytes: u64,
    ) -> Result<Result<Option<Rendering>, PhotoRefused>, PortFailure> {
        if size_bytes == 0 {
            return Ok(Err(PhotoRefused::Empty));
        }
        let too_large = |bytes| PhotoRefused::TooManyBytes {
            bytes,
            limit_bytes: PHOTO_BYTES_MAX,
        };
        if size_bytes > PHOTO_BYTES_MAX {
            return Ok(Err(too_large(size_bytes)));
        }
        Ok(match self.photos.fetch(key, version_id, PHOTO_BYTES_MAX).await? {
            FetchedPhoto::Gone => Ok(None),
            FetchedPhoto::TooLarge { bytes } => Err(too_large(bytes)),
            FetchedPhoto::Found(bytes) => self.renderer.render(&bytes, &THUMBNAIL_SIZES_PX).map(Some),
        })
    }
}
