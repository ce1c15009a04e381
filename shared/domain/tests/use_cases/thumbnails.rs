//! Tests that a photo becomes four thumbnails that its product shows, whatever fails or arrives in between.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use adapter_memory::Memory;
use adapter_memory::renderer::PlainRenderer;
use adapter_memory::time::SetClock;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoRefused, PhotoShown, ProductPhotos, THUMBNAIL_SIZES_PX};
use domain::thumbnails::render::{RenderOutcome, RenderThumbnails};
use domain::uploads::ports::{AnnouncedUpload, UploadRepository as _};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CorrelationId, CustomerId, PHOTO_BYTES_MAX, PhotoKey, Sku, Timestamp, UploadId};

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_000)
}

fn key() -> PhotoKey {
    PhotoKey {
        sku: Sku::parse("A").unwrap(),
        upload_id: UploadId::parse("up-1").unwrap(),
    }
}

struct Studio {
    memory: Arc<Memory>,
    renderer: Arc<PlainRenderer>,
    clock: Arc<SetClock>,
    /// The requests that the photos were announced by, as the use case named them.
    requests: Mutex<Vec<CorrelationId>>,
}

impl Studio {
    fn with(photo: impl Into<Option<Vec<u8>>>) -> Self {
        Self::refusing(photo, None)
    }

    fn refusing(photo: impl Into<Option<Vec<u8>>>, refuses: Option<PhotoRefused>) -> Self {
        let clock = Arc::new(SetClock::at(now()));
        let memory = Memory::new(clock.clone());
        memory.change(|tables| {
            tables.uploads.last_sequence = 6;
            if let Some(photo) = photo.into() {
                tables.uploads_bucket.put(&key().to_key(), "image/jpeg", &photo);
            }
        });
        Self {
            memory,
            renderer: Arc::new(PlainRenderer { refuses }),
            clock,
            requests: Mutex::default(),
        }
    }

    async fn render(&self, size_bytes: u64) -> Result<RenderOutcome, PortFailure> {
        let render = RenderThumbnails {
            photos: self.memory.clone(),
            renderer: self.renderer.clone(),
            thumbnails: self.memory.clone(),
            products: self.memory.clone(),
            uploads: self.memory.clone(),
            clock: self.clock.clone(),
        };
        let begun = |request: &CorrelationId| self.requests.lock().unwrap().push(request.clone());
        render.run(&key(), None, size_bytes, &begun).await
    }

    fn fetched(&self) -> usize {
        self.memory.calls_of("photos.fetch")
    }

    fn kept(&self) -> BTreeSet<String> {
        self.memory
            .look(|tables| tables.thumbnails_bucket.keys().map(str::to_owned).collect())
    }

    fn shown(&self) -> Option<PhotoShown> {
        self.memory
            .look(|tables| tables.products.rows[&key().sku].photo.clone())
    }

    fn upload(&self) -> Upload {
        self.memory
            .look(|tables| tables.uploads.rows[&key().upload_id].upload.clone())
    }

    fn is_done(&self) -> bool {
        self.upload().status == UploadStatus::Done
    }

    fn rejected(&self) -> Option<String> {
        self.upload().reason
    }
}

fn found() -> Vec<u8> {
    vec![1, 2, 3]
}

#[tokio::test]
async fn a_photo_becomes_four_pictures_that_its_product_shows() {
    let studio = Studio::with(found());
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Shown);
    let keys = ["A/up-1/128.jpg", "A/up-1/256.jpg", "A/up-1/512.jpg", "A/up-1/1024.jpg"];
    assert_eq!(studio.kept(), keys.map(str::to_owned).into_iter().collect());
    let calls = studio.memory.calls();
    let shown_at = calls.iter().position(|call| *call == "products.show_photo").unwrap();
    let put = calls[..shown_at].iter().filter(|call| **call == "thumbnails.put");
    assert_eq!(put.count(), keys.len(), "every size is there before any is shown");
    let shown = studio.shown().unwrap();
    assert_eq!(
        shown.keys,
        THUMBNAIL_SIZES_PX
            .into_iter()
            .zip(keys.map(str::to_owned))
            .collect::<Vec<_>>()
    );
    assert!(studio.is_done() && shown.sequence == 7);
}

#[tokio::test]
async fn a_repeated_event_is_answered_without_work() {
    let studio = Studio::with(found());
    studio.render(3).await.unwrap();
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::FinishedBefore);
    assert_eq!(studio.fetched(), 1);
}

#[tokio::test]
async fn a_failure_before_the_end_leaves_the_upload_open_for_the_next_try() {
    let studio = Studio::with(found());
    studio.memory.refuse_next("products.show_photo");
    assert!(studio.render(3).await.unwrap_err().transient);
    assert!(!studio.is_done());
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Shown);
    assert!(studio.is_done());
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
    studio.memory.show(&newer, now()).await.unwrap();
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Superseded);
    assert_eq!(studio.shown(), Some(newer));
    assert!(studio.is_done());
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
        (vec![0; usize::try_from(bytes).unwrap()], 3, None, too_large(), 1),
        (
            found(),
            3,
            Some(PhotoRefused::UnknownFormat),
            PhotoRefused::UnknownFormat,
            1,
        ),
    ];
    let refusals = [
        PhotoRefused::OtherFormat { format: "a HEIC image" },
        PhotoRefused::Damaged {
            detail: "the PNG ends too early".to_owned(),
        },
        PhotoRefused::Unsupported {
            feature: "lossless JPEG".to_owned(),
        },
        PhotoRefused::Unprocessable,
    ];
    let refused = refusals.map(|refused| (found(), 3, Some(refused.clone()), refused, 1));
    for (photo, size_bytes, refused, reason, fetched) in cases.into_iter().chain(refused) {
        let studio = Studio::refusing(photo, refused);
        assert_eq!(
            studio.render(size_bytes).await.unwrap(),
            RenderOutcome::Rejected { reason: reason.clone() }
        );
        assert_eq!(
            (studio.rejected(), studio.fetched()),
            (Some(reason.to_string()), fetched)
        );
        assert!(studio.kept().is_empty() && !studio.is_done());
        assert_eq!(studio.render(size_bytes).await.unwrap(), RenderOutcome::FinishedBefore);
    }
}

#[tokio::test]
async fn a_deleted_photo_is_gone_and_its_upload_says_so() {
    let studio = Studio::with(None);
    assert_eq!(studio.render(3).await.unwrap(), RenderOutcome::Gone);
    assert!(!studio.is_done() && studio.rejected().is_some_and(|reason| reason.contains("deleted")));
}

#[tokio::test]
async fn the_request_that_announced_a_photo_is_named_before_the_photo_is_read() {
    let by_hand = Studio::with(vec![1]);
    by_hand.render(1).await.unwrap();
    assert_eq!(
        *by_hand.requests.lock().unwrap(),
        [CorrelationId::from(&key().upload_id)]
    );

    let request = CorrelationId::parse("request-1").unwrap();
    let announced = Studio::with(None);
    let upload = AnnouncedUpload {
        id: key().upload_id,
        kind: UploadKind::ProductPhoto {
            sku: key().sku,
            content_type: "image/jpeg".to_owned(),
        },
        size_bytes: 1,
        created_by: CustomerId::parse("olga").unwrap(),
        created_at: now(),
        correlation_id: request.clone(),
    };
    announced.memory.announce(&upload).await.unwrap();
    announced.memory.refuse_next("photos.fetch");
    announced.render(1).await.unwrap_err();
    assert_eq!(*announced.requests.lock().unwrap(), [request]);
}
