//! Decodes a WebP of every kind.

use std::borrow::Cow;
use std::io::Cursor;

use domain::thumbnails::ports::PhotoRefused;
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;

use crate::decoded::{Decoded, Pixels};
use crate::limits::Limits;
use crate::orientation;
use crate::raster::{Layout, Raster};
#[cfg(feature = "fast-codecs")]
use crate::scaled_webp::ScaledFrame;
use crate::webp_container::{CHUNK_HEADER_BYTES, FIRST_CHUNK_AT, container, contradiction, damaged, with_true_flags};

/// The picture in RGBA beside the planes of the lossy decoder, or the working copy of the lossless one.
const BYTES_PER_PIXEL: u64 = 4 + 4;

type Decoder<'a> = WebPDecoder<Cursor<&'a [u8]>>;

/// Of an animation: the first frame, on its canvas. `largest_px` is the longest side of the largest picture wanted.
pub(crate) fn decode(
    photo: &[u8],
    limits: &Limits,
    #[cfg_attr(
        not(feature = "fast-codecs"),
        expect(unused_variables, reason = "only libwebp decodes to a smaller size")
    )]
    largest_px: u32,
) -> Result<Decoded, PhotoRefused> {
    let photo = with_true_flags(container(photo)?)?;
    let copied_bytes = match &photo {
        Cow::Borrowed(_) => 0,
        Cow::Owned(copy) => copy.len() as u64,
    };
    let decoder = WebPDecoder::new(Cursor::new(&*photo)).map_err(|reason| damaged(&reason))?;
    #[cfg(feature = "fast-codecs")]
    if let Some(frame) = ScaledFrame::find(&photo, &decoder, largest_px)? {
        return decoded(decoder, limits, frame.decoded_bytes() + copied_bytes, |_| {
            frame.pixels()
        });
    }
    let (width_px, height_px) = decoder.dimensions();
    let decoded_bytes = u64::from(width_px) * u64::from(height_px) * BYTES_PER_PIXEL + copied_bytes;
    decoded(decoder, limits, decoded_bytes, |decoder| {
        Ok(Pixels::Raster(whole(decoder)?))
    })
}

/// Asks for the pixels when the header is within the limits.
fn decoded<'a>(
    mut decoder: Decoder<'a>,
    limits: &Limits,
    decoded_bytes: u64,
    pixels: impl FnOnce(Decoder<'a>) -> Result<Pixels, PhotoRefused>,
) -> Result<Decoded, PhotoRefused> {
    let size = decoder.dimensions();
    limits.check_header(size.0, size.1, decoded_bytes)?;
    let icc_profile = decoder.icc_profile().map_err(|reason| damaged(&reason))?;
    let exif = decoder.exif_metadata().map_err(|reason| damaged(&reason))?;
    let orientation = exif
        .as_deref()
        .map_or(Orientation::NoTransforms, orientation::from_exif);
    Ok(Decoded {
        size,
        pixels: pixels(decoder)?,
        icc_profile,
        orientation,
    })
}

/// The size in the first chunk, whichever of the three kinds it is. Without `fast-codecs` one of the three is judged
/// when the file is there as a whole.
pub(crate) fn claimed_size(start: &[u8]) -> Option<(u32, u32)> {
    let payload = start.get(FIRST_CHUNK_AT + CHUNK_HEADER_BYTES..)?;
    let long = |at: usize| payload.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    match start.get(FIRST_CHUNK_AT..FIRST_CHUNK_AT + 4)? {
        #[cfg(feature = "fast-codecs")]
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

/// The picture in its own size, of every kind.
fn whole(decoder: Decoder<'_>) -> Result<Raster, PhotoRefused> {
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
