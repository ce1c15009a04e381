//! How is a WebP decoded?

use std::io::Cursor;

use domain::thumbnails::ports::PhotoRefused;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError};

use crate::limits::Limits;
use crate::orientation;
use crate::raster::{Decoded, Layout, Pixels, Raster, Shrunk};
use crate::shrink;

/// `RIFF` and the length field, which do not count themselves; then `WEBP`.
const RIFF_HEADER_BYTES: usize = 8;
const FIRST_CHUNK_AT: usize = 12;
/// Name and length.
const CHUNK_HEADER_BYTES: usize = 8;
/// What libwebp decodes to is at least this many times as large as the largest picture that is made of it. It scales by
/// the same boxes as `shrink`; every pixel that it leaves has to become a colour, and twice is enough to be above libvips.
const SCALED_RATIO_MIN: u32 = 2;
/// The picture in RGBA beside the planes of the lossy decoder, or the working copy of the lossless one.
const BYTES_PER_PIXEL: u64 = 4 + 4;

/// Of an animation: the first frame, on its canvas. `largest_px` is the longest side of the largest picture wanted.
pub(crate) fn decode(photo: &[u8], limits: &Limits, largest_px: u32) -> Result<Decoded, PhotoRefused> {
    let photo = container(photo)?;
    let mut decoder = WebPDecoder::new(Cursor::new(photo)).map_err(|reason| damaged(&reason))?;
    let size = decoder.dimensions();
    let is_plain = !decoder.has_animation() && !decoder.color_type().has_alpha();
    let frame = if is_plain { lossy_frame(photo)? } else { None };
    let scaled = scaled_size(size, largest_px);
    let decoded_bytes = match frame {
        Some(_) => lossy_webp::decoded_bytes(size.0, scaled),
        None => u64::from(size.0) * u64::from(size.1) * BYTES_PER_PIXEL,
    };
    limits.check_header(size.0, size.1, decoded_bytes)?;

    let icc_profile = decoder.icc_profile().map_err(|reason| damaged(&reason))?;
    let exif = decoder.exif_metadata().map_err(|reason| damaged(&reason))?;
    let orientation = exif
        .as_deref()
        .map_or(Orientation::NoTransforms, orientation::from_exif);
    let pixels = match frame {
        Some(frame) => lossy(frame, size, scaled)?,
        None => Pixels::Raster(whole(decoder)?),
    };
    Ok(Decoded {
        size,
        pixels,
        icc_profile,
        orientation,
    })
}

/// The size in the first chunk, whichever of the three kinds it is.
pub(crate) fn claimed_size(start: &[u8]) -> Option<(u32, u32)> {
    let payload = start.get(FIRST_CHUNK_AT + CHUNK_HEADER_BYTES..)?;
    let long = |at: usize| payload.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    match start.get(FIRST_CHUNK_AT..FIRST_CHUNK_AT + 4)? {
        b"VP8 " => lossy_webp::size(payload).ok(),
        // Fourteen bits for each side less one, behind the signature.
        b"VP8L" => {
            let sides = long(1)?;
            Some(((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1))
        }
        // Three bytes for each side of the canvas less one; the last of them ends the thirty that were read.
        b"VP8X" => Some(((long(4)? & 0x00FF_FFFF) + 1, (long(6)? >> 8) + 1)),
        _ => None,
    }
}

fn scaled_size((width_px, height_px): (u32, u32), largest_px: u32) -> (u32, u32) {
    let factor = shrink::factor(width_px.max(height_px), largest_px.saturating_mul(SCALED_RATIO_MIN));
    (width_px.div_ceil(factor), height_px.div_ceil(factor))
}

fn lossy(frame: &[u8], size: (u32, u32), (width_px, height_px): (u32, u32)) -> Result<Pixels, PhotoRefused> {
    let unreadable = |reason: lossy_webp::WebpError| PhotoRefused::Damaged {
        detail: reason.to_string(),
    };
    if lossy_webp::size(frame).map_err(unreadable)? != size {
        return Err(contradiction(
            "the WebP's frame is not of the size that its header says",
        ));
    }
    let raster = Raster {
        width_px,
        height_px,
        layout: Layout::Rgb,
        samples: lossy_webp::decode(frame, (width_px, height_px)).map_err(unreadable)?,
    };
    if (width_px, height_px) == size {
        return Ok(Pixels::Raster(raster));
    }
    // All of the picture is in all of these pixels.
    let reach = (f64::from(width_px), f64::from(height_px));
    Ok(Pixels::Shrunk(Shrunk { raster, reach }))
}

/// Everything but the plain lossy picture.
fn whole(decoder: WebPDecoder<Cursor<&[u8]>>) -> Result<Raster, PhotoRefused> {
    let (width_px, height_px) = decoder.dimensions();
    let has_alpha = decoder.color_type().has_alpha();
    let size =
        usize::try_from(decoder.total_bytes()).map_err(|_| contradiction("the size of the picture overflows"))?;
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(|reason| damaged(&reason))?;
    if has_alpha {
        return Ok(Raster::with_alpha(width_px, height_px, Layout::Rgb, samples));
    }
    let padded = samples
        .chunks_exact(3)
        .flat_map(|rgb| [rgb[0], rgb[1], rgb[2], u8::MAX])
        .collect();
    Ok(Raster {
        width_px,
        height_px,
        layout: Layout::Rgb,
        samples: padded,
    })
}

/// The bytes that the container claims. The decoder takes what is there, and fills a cut picture with something.
fn container(photo: &[u8]) -> Result<&[u8], PhotoRefused> {
    let length = photo
        .get(4..RIFF_HEADER_BYTES)
        .and_then(|field| field.try_into().ok())
        .map_or(0, u32::from_le_bytes);
    let end = RIFF_HEADER_BYTES.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    photo.get(..end).ok_or_else(|| PhotoRefused::Damaged {
        detail: format!("the WebP ends {} bytes too early", end - photo.len()),
    })
}

/// The first chunk with a lossy frame, if there is one.
///
/// <https://developers.google.com/speed/webp/docs/riff_container>
fn lossy_frame(photo: &[u8]) -> Result<Option<&[u8]>, PhotoRefused> {
    let mut rest = photo.get(FIRST_CHUNK_AT..).unwrap_or_default();
    while let Some((header, tail)) = rest.split_first_chunk::<CHUNK_HEADER_BYTES>() {
        let [name @ .., a, b, c, d] = *header;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let (payload, behind) = tail
            .split_at_checked(length)
            .ok_or_else(|| contradiction("a chunk of the WebP is longer than the file"))?;
        if name == *b"VP8 " {
            return Ok(Some(payload));
        }
        // Chunks begin at even places.
        rest = behind.get(length % 2..).unwrap_or_default();
    }
    Ok(None)
}

fn contradiction(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}

fn damaged(reason: &ImageError) -> PhotoRefused {
    contradiction(&reason.to_string())
}
