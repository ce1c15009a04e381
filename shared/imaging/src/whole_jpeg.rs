//! Decodes a JPEG as a whole by `image`, in a build without our decoder.
//!
//! A file that ends too early becomes a picture with an invented rest, and ink becomes RGB without its profile.

use std::io::{Cursor, Read};

use domain::thumbnails::ports::PhotoRefused;
use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError};

use crate::decoded::{Decoded, Pixels};
use crate::limits::Limits;
use crate::orientation;
use crate::raster::{Layout, PIXEL_BYTES, Raster};

/// The file is read into memory first. `_largest_px` is of no use: there is one scale.
pub(crate) fn decode(input: &mut dyn Read, limits: &Limits, _largest_px: u32) -> Result<Decoded, PhotoRefused> {
    let mut photo = Vec::new();
    input
        .read_to_end(&mut photo)
        .map_err(|failure| damaged(&failure.to_string()))?;
    let mut decoder = JpegDecoder::new(Cursor::new(photo)).map_err(refused)?;
    let (width_px, height_px) = decoder.dimensions();
    // The decoder's output and the copy of four bytes for each pixel.
    let pixels = u64::from(width_px) * u64::from(height_px);
    limits.check_header(width_px, height_px, decoder.total_bytes() + pixels * PIXEL_BYTES as u64)?;

    let icc_profile = decoder.icc_profile().map_err(refused)?;
    let exif = decoder.exif_metadata().map_err(refused)?;
    let orientation = exif
        .as_deref()
        .map_or(Orientation::NoTransforms, orientation::from_exif);
    let color = decoder.color_type();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| damaged("the size of a picture overflows"))?;
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(refused)?;
    let (layout, samples) = match color {
        ColorType::L8 => (Layout::Gray, rgba(&samples, |&[gray]| [gray; 3])),
        ColorType::Rgb8 => (Layout::Rgb, rgba(&samples, |&rgb: &[u8; 3]| rgb)),
        other => {
            let feature = format!("a JPEG that decodes to {other:?}");
            return Err(PhotoRefused::Unsupported { feature });
        }
    };
    let raster = Raster {
        width_px,
        height_px,
        layout,
        samples,
    };
    Ok(Decoded {
        size: (width_px, height_px),
        pixels: Pixels::Raster(raster),
        icc_profile,
        orientation,
    })
}

fn rgba<const CHANNELS: usize>(samples: &[u8], rgb: impl Fn(&[u8; CHANNELS]) -> [u8; 3]) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    pixels
        .iter()
        .flat_map(|pixel| {
            let [red, green, blue] = rgb(pixel);
            [red, green, blue, u8::MAX]
        })
        .collect()
}

fn refused(reason: ImageError) -> PhotoRefused {
    match reason {
        ImageError::Unsupported(reason) => PhotoRefused::Unsupported {
            feature: reason.to_string(),
        },
        _ => damaged("the data of the JPEG contradict each other or end too early"),
    }
}

fn damaged(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}
