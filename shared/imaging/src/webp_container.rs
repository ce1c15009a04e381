//! What does the container of a WebP hold, and is it whole?
//!
//! <https://developers.google.com/speed/webp/docs/riff_container>

use domain::thumbnails::ports::PhotoRefused;
use image::ImageError;

/// `RIFF` and the length field, which do not count themselves; then `WEBP`.
const RIFF_HEADER_BYTES: usize = 8;
pub(crate) const FIRST_CHUNK_AT: usize = 12;
/// Name and length.
pub(crate) const CHUNK_HEADER_BYTES: usize = 8;

/// The bytes that the container claims. The decoder takes what is there, and fills a cut picture with something.
pub(crate) fn container(photo: &[u8]) -> Result<&[u8], PhotoRefused> {
    let length = photo
        .get(4..RIFF_HEADER_BYTES)
        .and_then(|field| field.try_into().ok())
        .map_or(0, u32::from_le_bytes);
    let end = RIFF_HEADER_BYTES.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    photo.get(..end).ok_or_else(|| PhotoRefused::Damaged {
        detail: format!("the WebP ends {} bytes too early", end - photo.len()),
    })
}

pub(crate) fn contradiction(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}

pub(crate) fn damaged(reason: &ImageError) -> PhotoRefused {
    contradiction(&reason.to_string())
}
