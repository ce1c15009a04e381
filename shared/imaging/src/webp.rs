//! How is a WebP decoded?

use std::io::Cursor;

use domain::thumbnails::ports::PhotoRefused;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError};

use crate::limits::Limits;
use crate::orientation;
use crate::raster::{Decoded, Layout, Raster};

/// `RIFF` and the length field, which do not count themselves.
const RIFF_HEADER_BYTES: usize = 8;
/// The picture in RGBA beside the planes of the lossy decoder, or the working copy of the lossless one.
const BYTES_PER_PIXEL: u64 = 4 + 4;

/// Of an animation: the first frame, on its canvas.
pub(crate) fn decode(photo: &[u8], limits: &Limits) -> Result<Decoded, PhotoRefused> {
    let photo = container(photo)?;
    let mut decoder = WebPDecoder::new(Cursor::new(photo)).map_err(|reason| damaged(&reason))?;
    let (width_px, height_px) = decoder.dimensions();
    limits.check_header(
        width_px,
        height_px,
        u64::from(width_px) * u64::from(height_px) * BYTES_PER_PIXEL,
    )?;

    let icc_profile = decoder.icc_profile().map_err(|reason| damaged(&reason))?;
    let exif = decoder.exif_metadata().map_err(|reason| damaged(&reason))?;
    let orientation = exif
        .as_deref()
        .map_or(Orientation::NoTransforms, orientation::from_exif);
    let has_alpha = decoder.color_type().has_alpha();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| PhotoRefused::Damaged {
        detail: "the size of the picture overflows".to_owned(),
    })?;
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(|reason| damaged(&reason))?;

    let raster = if has_alpha {
        Raster::with_alpha(width_px, height_px, Layout::Rgb, samples)
    } else {
        let padded = samples
            .chunks_exact(3)
            .flat_map(|rgb| [rgb[0], rgb[1], rgb[2], u8::MAX])
            .collect();
        Raster {
            width_px,
            height_px,
            layout: Layout::Rgb,
            samples: padded,
        }
    };
    Ok(Decoded::of(raster, icc_profile, orientation))
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

fn damaged(reason: &ImageError) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: reason.to_string(),
    }
}
