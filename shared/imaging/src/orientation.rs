//! Reads which way up a photo is, and turns it upright.

use image::metadata::Orientation;

use crate::raster::{PIXEL_BYTES, Raster};

const ORIENTATION: u16 = 0x0112;
/// Tag, type, count and value of a directory's entry (TIFF 6.0, page 14).
const ENTRY_BYTES: usize = 12;
const VALUE_AT: usize = 8;
/// Values that need no more are in the entry itself.
const VALUE_BYTES: usize = 4;

/// Reads the orientation from EXIF data. What cannot be read counts as upright: browsers do the same, and a wrong tag
/// is no reason to refuse the pixels.
pub(crate) fn from_exif(exif: &[u8]) -> Orientation {
    // The prefix belongs to JPEG's APP1; some writers put it into PNG and WebP as well.
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    stored_value(tiff)
        .and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?))
        .unwrap_or(Orientation::NoTransforms)
}

/// EXIF asks for a SHORT, one of them. Careless writers use any type of integer, and more than one: the first counts.
fn stored_value(tiff: &[u8]) -> Option<u32> {
    let bytes = Integers {
        tiff,
        is_big_endian: match tiff.first_chunk()? {
            b"MM" => true,
            b"II" => false,
            _ => return None,
        },
    };
    let directory = usize::try_from(bytes.long(4)?).ok()?;
    let entries = usize::from(bytes.short(directory)?);
    let at = (0..entries)
        .map(|index| directory + 2 + index * ENTRY_BYTES)
        .take_while(|&entry| entry < tiff.len())
        .find(|&entry| bytes.short(entry) == Some(ORIENTATION))?;
    let kind = bytes.short(at + 2)?;
    let size = match kind {
        // BYTE and SBYTE.
        1 | 6 => 1,
        // SHORT and SSHORT.
        3 | 8 => 2,
        // LONG and SLONG.
        4 | 9 => 4,
        _ => return None,
    };
    let count = usize::try_from(bytes.long(at + 4)?).ok()?;
    let value_at = match count.checked_mul(size)? {
        0 => return None,
        1..=VALUE_BYTES => at + VALUE_AT,
        _ => usize::try_from(bytes.long(at + VALUE_AT)?).ok()?,
    };
    match size {
        1 => tiff.get(value_at).copied().map(u32::from),
        2 => bytes.short(value_at).map(u32::from),
        _ => bytes.long(value_at),
    }
}

struct Integers<'a> {
    tiff: &'a [u8],
    is_big_endian: bool,
}

impl Integers<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.tiff.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = *self.tiff.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }
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
