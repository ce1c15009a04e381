//! The ports of the image pipeline: the renderer, the stores of photos and thumbnails, the state of uploads.

use async_trait::async_trait;

use crate::ports::PortFailure;
use crate::values::{CorrelationId, PhotoKey, Sku, Timestamp, UploadId};

/// Longest sides, in pixels, that every photo is rendered to.
pub const THUMBNAIL_SIZES_PX: [u32; 4] = [128, 256, 512, 1024];

/// One rendered picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The size that was asked for: the longest side in pixels, unless the original was smaller.
    pub size_px: u32,
    /// Its width in pixels.
    pub width_px: u32,
    /// Its height in pixels.
    pub height_px: u32,
    /// How `bytes` are encoded.
    pub format: ThumbnailFormat,
    /// The encoded picture.
    pub bytes: Vec<u8>,
}

/// The encoding of a thumbnail: JPEG for opaque pictures, PNG for those with transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThumbnailFormat {
    /// For opaque pictures.
    Jpeg,
    /// For pictures with transparency.
    Png,
}

impl ThumbnailFormat {
    /// The extension of file names and object keys, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The media type for `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The thumbnails of a photo, and what the photo was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendering {
    /// Width of the upright original, in pixels.
    pub width_px: u32,
    /// Height of the upright original, in pixels.
    pub height_px: u32,
    /// The format of the content: `jpeg`, `png`, `webp` or `gif`.
    pub source_format: &'static str,
    /// In the order of the sizes asked for.
    pub thumbnails: Vec<Thumbnail>,
}

/// Why a photo will never become a thumbnail. A retry cannot help.
///
/// The uploader reads these texts: they say what is wrong, and what to do where that is not obvious.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRefused {
    /// The file has no byte.
    #[error("the file is empty")]
    Empty,
    /// The content is of no format that the renderer reads.
    #[error("the content is not a JPEG, PNG, WebP or GIF image")]
    UnknownFormat,
    /// A format that people take for one of a photo.
    #[error("the file is {format}; save the photo as JPEG, PNG, WebP or GIF and upload that")]
    OtherFormat {
        /// Its name with an article, like `a HEIC image`.
        format: &'static str,
    },
    /// The picture is larger than the renderer decodes.
    #[error(
        "the photo has {width_px} x {height_px} pixels, more than the accepted {limit_pixels} in total; make it \
         smaller and upload it again"
    )]
    TooManyPixels {
        /// Its width in pixels.
        width_px: u32,
        /// Its height in pixels.
        height_px: u32,
        /// The largest product of width and height.
        limit_pixels: u64,
    },
    /// The file is larger than the renderer reads.
    #[error("the file has {bytes} bytes, more than the accepted {limit_bytes}; make it smaller and upload it again")]
    TooManyBytes {
        /// Bytes of the file.
        bytes: u64,
        /// The most that are accepted.
        limit_bytes: u64,
    },
    /// A valid file whose format has a feature that the renderer lacks.
    #[error("the photo uses {feature}, which is not supported; save it as an ordinary JPEG or PNG and upload that")]
    Unsupported {
        /// The feature, as a noun phrase for the message.
        feature: String,
    },
    /// The file breaks its format, or ends too early.
    #[error("the photo is damaged or incomplete: {detail}; save or export it again and upload that")]
    Damaged {
        /// Where or how, as the decoder reports it.
        detail: String,
    },
    /// The renderer itself failed, and would fail again on the same bytes.
    #[error("the photo cannot be processed; save it as an ordinary JPEG or PNG and upload that")]
    Unprocessable,
}

/// Turns the bytes of a photo into upright sRGB pictures without metadata.
///
/// Implementations MUST look at the content and not at a name, MUST refuse from the header what is too large before
/// decoding it, MUST NOT enlarge, MUST answer a damaged file with [`PhotoRefused::Damaged`], never with a partial
/// picture, and MUST NOT panic: what fails for reasons of its own is [`PhotoRefused::Unprocessable`]. Pure computation:
/// no input or output, and so not async.
pub trait ThumbnailRenderer: Send + Sync {
    /// Renders the photo once per size. `sizes_px` are longest sides in pixels.
    fn render(&self, photo: &[u8], sizes_px: &[u32]) -> Result<Rendering, PhotoRefused>;
}

/// The answer of a photo store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchedPhoto {
    /// All bytes of the photo.
    Found(Vec<u8>),
    /// Deleted since the event was sent. There is nothing left to do.
    Gone,
    /// Larger than allowed; its bytes were not read.
    TooLarge {
        /// The object's size, as the store reports it.
        bytes: u64,
    },
}

/// Reads original photos.
#[async_trait]
pub trait PhotoStore: Send + Sync {
    /// Reads by version where one is named. MUST NOT buffer more than `limit_bytes`.
    async fn fetch(
        &self,
        key: &PhotoKey,
        version_id: Option<&str>,
        limit_bytes: u64,
    ) -> Result<FetchedPhoto, PortFailure>;
}

/// Keeps thumbnails, apart from the originals: no event source listens there.
#[async_trait]
pub trait ThumbnailStore: Send + Sync {
    /// Overwrites: the same photo renders to the same bytes under the same key.
    async fn put(&self, key: &str, thumbnail: &Thumbnail) -> Result<(), PortFailure>;
}

/// The thumbnails of one photo, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoShown {
    /// The product.
    pub sku: Sku,
    /// The upload that brought the photo.
    pub upload_id: UploadId,
    /// Order among the uploads: the photo with the greatest one wins.
    pub sequence: u64,
    /// Size in pixels and object key in the thumbnails bucket.
    pub keys: Vec<(u32, String)>,
}

/// Whether the product now shows the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowOutcome {
    /// The product now shows this photo.
    Shown,
    /// A newer photo is shown already, or this one is.
    Superseded,
}

/// Keeps which photo each product shows.
#[async_trait]
pub trait ProductPhotos: Send + Sync {
    /// MUST be one conditional write (`photo sequence < :this`) that leaves catalog and stock attributes alone, and
    /// MUST work before the catalog has named the product.
    async fn show(&self, photo: &PhotoShown, at: Timestamp) -> Result<ShowOutcome, PortFailure>;
}

/// The state of the upload that brought a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoUpload {
    /// Order among all uploads; later ones win.
    pub sequence: u64,
    /// The id of the request that announced the photo.
    pub correlation_id: CorrelationId,
    /// Rendered or rejected before, so that a repeated event has nothing left to do.
    pub finished: bool,
}

/// Keeps the state of photo uploads.
#[async_trait]
pub trait PhotoUploads: Send + Sync {
    /// Marks the upload PROCESSING unless it has finished. An upload without a record (an object copied in by
    /// hand) MUST be recorded now, with the next sequence.
    async fn begin(&self, key: &PhotoKey, size_bytes: u64, at: Timestamp) -> Result<PhotoUpload, PortFailure>;
    /// Marks the upload DONE.
    async fn done(&self, upload_id: &UploadId, at: Timestamp) -> Result<(), PortFailure>;
    /// Marks the upload REJECTED, with the reason that its status shows.
    async fn reject(&self, upload_id: &UploadId, reason: &str, at: Timestamp) -> Result<(), PortFailure>;
}
