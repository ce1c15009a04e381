//! Thumbnails as a program makes them that follows the first page of the `image` crate's documentation.

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use bench_kit::trouble::Trouble;

/// The quality number that every peer is given.
const JPEG_QUALITY: u8 = 80;

pub(crate) fn write(photo: &Path, target: &Path, size_px: u32) -> Result<(), Trouble> {
    let is_opaque = target.extension().is_some_and(|extension| extension == "jpg");
    let bytes = thumbnail(photo, size_px, is_opaque)?;
    std::fs::write(target, bytes).map_err(|reason| Trouble::new("write a thumbnail", reason))
}

/// Decodes the whole picture, and scales it with `thumbnail`, the crate's fast method.
pub(crate) fn thumbnail(photo: &Path, size_px: u32, is_opaque: bool) -> Result<Vec<u8>, Trouble> {
    let trouble = |reason: ImageError| Trouble::new(photo.display(), reason);
    let mut decoder = decoder(photo).map_err(trouble)?;
    let orientation = decoder.orientation().map_err(trouble)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(trouble)?;
    let mut small = picture.thumbnail(size_px, size_px);
    small.apply_orientation(orientation);
    let mut bytes = Cursor::new(Vec::new());
    if is_opaque {
        let opaque = DynamicImage::ImageRgb8(small.into_rgb8());
        opaque
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))
            .map_err(trouble)?;
    } else {
        small.write_to(&mut bytes, ImageFormat::Png).map_err(trouble)?;
    }
    Ok(bytes.into_inner())
}

/// Whether a photo has a colour profile.
pub(crate) fn has_profile(photo: &Path) -> bool {
    let profile = decoder(photo).and_then(|mut decoder| decoder.icc_profile());
    profile.is_ok_and(|profile| profile.is_some())
}

fn decoder(photo: &Path) -> Result<impl ImageDecoder, ImageError> {
    let mut reader = ImageReader::open(photo)?.with_guessed_format()?;
    reader.no_limits();
    reader.into_decoder()
}
