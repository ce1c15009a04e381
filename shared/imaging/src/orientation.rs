//! Which way up is a photo, and how is it turned upright?

use image::metadata::Orientation;

use crate::raster::{PIXEL_BYTES, Raster};

/// Reads the orientation from EXIF data. What cannot be read counts as upright: browsers do the same, and a wrong tag is
/// no reason to refuse the pixels.
pub(crate) fn from_exif(exif: &[u8]) -> Orientation {
    // The prefix belongs to JPEG's APP1; some writers put it into PNG and WebP as well.
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

/// Whether width and height change places.
pub(crate) fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// Turns a picture upright. Done last, because a thumbnail has a hundredth of the photo's pixels.
pub(crate) fn upright(raster: Raster, orientation: Orientation) -> Raster {
    if orientation == Orientation::NoTransforms {
        return raster;
    }
    let (source_width, source_height) = (raster.width_px as usize, raster.height_px as usize);
    let (width_px, height_px) = if swaps_sides(orientation) {
        (raster.height_px, raster.width_px)
    } else {
        (raster.width_px, raster.height_px)
    };
    let (last_column, last_row) = (source_width.saturating_sub(1), source_height.saturating_sub(1));
    let mut samples = Vec::with_capacity(raster.samples.len());
    for y in 0..height_px as usize {
        for x in 0..width_px as usize {
            let (column, row) = match orientation {
                Orientation::NoTransforms => (x, y),
                Orientation::FlipHorizontal => (last_column - x, y),
                Orientation::Rotate180 => (last_column - x, last_row - y),
                Orientation::FlipVertical => (x, last_row - y),
                // EXIF 5: the transpose.
                Orientation::Rotate90FlipH => (y, x),
                Orientation::Rotate90 => (y, last_row - x),
                // EXIF 7: mirrored along the other diagonal.
                Orientation::Rotate270FlipH => (last_column - y, last_row - x),
                Orientation::Rotate270 => (last_column - y, x),
            };
            let start = (row * source_width + column) * PIXEL_BYTES;
            samples.extend_from_slice(&raster.samples[start..start + PIXEL_BYTES]);
        }
    }
    Raster {
        width_px,
        height_px,
        layout: raster.layout,
        samples,
    }
}
