//! What does somebody write who takes the `image` crate and reads its first page?

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader};

use crate::trouble::Trouble;

/// The quality number that every peer is told.
const JPEG_QUALITY: u8 = 80;

pub(crate) fn write(photo: &Path, target: &Path, size_px: u32) -> Result<(), Trouble> {
    let bytes = thumbnail(photo, size_px)?;
    std::fs::write(target, bytes).map_err(|reason| Trouble::new("write a thumbnail", reason))
}

/// The whole picture in memory, then `thumbnail`, the crate's fast way down.
pub(crate) fn thumbnail(photo: &Path, size_px: u32) -> Result<Vec<u8>, Trouble> {
    let trouble = |reason: image::ImageError| Trouble::new(photo.display(), reason);
    let mut reader = ImageReader::open(photo)
        .and_then(ImageReader::with_guessed_format)
        .map_err(|reason| Trouble::new(photo.display(), reason))?;
    reader.no_limits();
    let small = reader.decode().map_err(trouble)?.thumbnail(size_px, size_px);
    let mut bytes = Cursor::new(Vec::new());
    if small.color().has_alpha() {
        small.write_to(&mut bytes, ImageFormat::Png).map_err(trouble)?;
    } else {
        let opaque = DynamicImage::ImageRgb8(small.into_rgb8());
        opaque
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))
            .map_err(trouble)?;
    }
    Ok(bytes.into_inner())
}
