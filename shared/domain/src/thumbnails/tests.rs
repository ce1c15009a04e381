//! Does a photo end as four pictures that its product shows, whatever comes in between?

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::ports::{
    FetchedPhoto, PhotoRefused, PhotoShown, PhotoStore, PhotoUpload, PhotoUploads, ProductPhotos, Rendering,
    ShowOutcome, THUMBNAIL_SIZES_PX, Thumbnail, ThumbnailFormat, ThumbnailRenderer, ThumbnailStore,
};
use super::render::{RenderOutcome, RenderThumbnails};
use crate::ports::{Clock, PortFailure};
use crate::values::{PHOTO_BYTES_MAX, PhotoKey, Sku, Timestamp, UploadId};

#[derive(Default)]
struct State {
    photo: Option<FetchedPhoto>,
    refused: Option<PhotoRefused>,
    /// The product shows a photo of this sequence.
    shown: Option<PhotoShown>,
    fails_when_shown: bool,
    fetched: usize,
    kept: Vec<String>,
    done: bool,
    rejected: Option<String>,
}

struct Studio(Mutex<State>);

impl Studio {
    fn with(photo: FetchedPhoto) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            photo: Some(photo),
            ..State::default()
        })))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    async fn render(self: &Arc<Self>, size_bytes: u64) -> Result<RenderOutcome, PortFailure> {
        let render = RenderThumbnails {
            photos: self.clone(),
            renderer: self.clone(),
            thumbnails: self.clone(),
            products: self.clone(),
            uploads: self.clone(),
            clock: self.clone(),
        };
        let key = PhotoKey {
            sku: Sku::parse("A").unwrap(),
            upload_id: UploadId::parse("up-1").unwrap(),
        };
        render.run(&key, None, size_bytes).await
    }
}

#[async_trait]
impl PhotoStore for Studio {
    async fn fetch(&self, _: &PhotoKey, _: Option<&str>, limit_bytes: u64) -> Result<FetchedPhoto, PortFailure> {
        assert_eq!(limit_bytes, PHOTO_BYTES_MAX);
        let mut state = self.state();
        state.fetched += 1;
        Ok(state.photo.clone().unwrap())
    }
}

impl ThumbnailRenderer for Studio {
    fn render(&self, photo: &[u8], sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
        if let Some(refused) = &self.state().refused {
            return Err(refused.clone());
        }
        let thumbnail = |size_px: &u32| Thumbnail {
            size_px: *size_px,
            width_px: *size_px,
            height_px: *size_px,
            format: ThumbnailFormat::Jpeg,
            bytes: photo.to_vec(),
        };
        let thumbnails = sizes_px.iter().map(thumbnail).collect();
        Ok(Rendering {
            width_px: 1,
            height_px: 1,
            source_format: "jpeg",
            thumbnails,
        })
    }
}

#[async_trait]
impl ThumbnailStore for Studio {
    async fn put(&self, key: &str, _: &Thumbnail) -> Result<(), PortFailure> {
        self.state().kept.push(key.to_owned());
        Ok(())
    }
}

#[async_trait]
impl ProductPhotos for Studio {
    async fn show(&self, photo: &PhotoShown, _: Timestamp) -> Result<ShowOutcome, PortFailure> {
        let mut state = self.state();
        assert_eq!(
            state.kept.len() % THUMBNAIL_SIZES_PX.len(),
            0,
            "every size is there before any is shown"
        );
        if std::mem::take(&mut state.fails_when_shown) {
            return Err(PortFailure::transient("show photo", "the fake was told to fail"));
        }
        if state
            .shown
            .as_ref()
            .is_some_and(|shown| shown.sequence >= photo.sequence)
        {
            return Ok(ShowOutcome::Superseded);
        }
        state.shown = Some(photo.clone());
        Ok(ShowOutcome::Shown)
    }
}

#[async_trait]
impl PhotoUploads for Studio {
    async fn begin(&self, _: &PhotoKey, _: u64, _: Timestamp) -> Result<PhotoUpload, PortFailure> {
        let state = self.state();
        Ok(PhotoUpload {
            sequence: 7,
            finished: state.done || state.rejected.is_some(),
        })
    }

    async fn done(&self, _: &UploadId, _: Timestamp) -> Result<(), PortFailure> {
        self.state().done = true;
        Ok(())
    }

    async fn reject(&self, _: &UploadId, reason: &str, _: Timestamp) -> Result<(), PortFailure> {
        self.state().rejected = Some(reason.to_owned());
        Ok(())
    }
}

impl Clock for Studio {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_000)
    }
}

fn found() -> FetchedPhoto {
    FetchedPhoto::Found(vec![1, 2, 3])
}

#[tokio::test]
async fn a_photo_becomes_four_pictures_that_its_product_shows() {
    let studio = Studio::with(found());
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Shown);
    let state = studio.state();
    let keys = ["A/up-1/128.jpg", "A/up-1/256.jpg", "A/up-1/512.jpg", "A/up-1/1024.jpg"];
    assert_eq!(state.kept, keys);
    let shown = state.shown.as_ref().unwrap();
    assert_eq!(
        shown.keys,
        THUMBNAIL_SIZES_PX
            .into_iter()
            .zip(keys.map(str::to_owned))
            .collect::<Vec<_>>()
    );
    assert!(state.done && shown.sequence == 7);
}

#[tokio::test]
async fn a_repeated_event_is_answered_without_work() {
    let studio = Studio::with(found());
    studio.render(3).await.unwrap();
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::FinishedBefore);
    assert_eq!(studio.state().fetched, 1);
}

#[tokio::test]
async fn a_failure_before_the_end_leaves_the_upload_open_for_the_next_try() {
    let studio = Studio::with(found());
    studio.state().fails_when_shown = true;
    assert!(studio.render(3).await.unwrap_err().transient);
    assert!(!studio.state().done);
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Shown);
    assert!(studio.state().done);
}

#[tokio::test]
async fn an_older_photo_that_arrives_late_is_done_but_not_shown() {
    let studio = Studio::with(found());
    let newer = PhotoShown {
        sku: Sku::parse("A").unwrap(),
        upload_id: UploadId::parse("up-2").unwrap(),
        sequence: 8,
        keys: Vec::new(),
    };
    studio.state().shown = Some(newer.clone());
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Superseded);
    assert_eq!(studio.state().shown, Some(newer));
    assert!(studio.state().done);
}

#[tokio::test]
async fn a_photo_that_cannot_be_rendered_is_rejected_for_good() {
    let bytes = PHOTO_BYTES_MAX + 1;
    let too_large = || PhotoRefused::TooManyBytes {
        bytes,
        limit_bytes: PHOTO_BYTES_MAX,
    };
    let cases = [
        (found(), 0, None, PhotoRefused::Empty, 0),
        (found(), bytes, None, too_large(), 0),
        // The event stated another size than the object has.
        (FetchedPhoto::TooLarge { bytes }, 3, None, too_large(), 1),
        (
            found(),
            3,
            Some(PhotoRefused::UnknownFormat),
            PhotoRefused::UnknownFormat,
            1,
        ),
    ];
    for (photo, size_bytes, refused, reason, fetched) in cases {
        let studio = Studio::with(photo);
        studio.state().refused = refused;
        assert_eq!(
            studio.render(size_bytes).await.unwrap(),
            RenderOutcome::Rejected { reason: reason.clone() }
        );
        {
            let state = studio.state();
            assert_eq!(
                (state.rejected.as_ref(), state.fetched),
                (Some(&reason.to_string()), fetched)
            );
            assert!(state.kept.is_empty() && !state.done);
        }
        assert_eq!(studio.render(size_bytes).await.unwrap(), RenderOutcome::FinishedBefore);
    }
}

#[tokio::test]
async fn a_deleted_photo_is_gone_and_its_upload_says_so() {
    let studio = Studio::with(FetchedPhoto::Gone);
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Gone);
    let state = studio.state();
    assert!(!state.done && state.rejected.as_ref().is_some_and(|reason| reason.contains("deleted")));
}
