//! How is a PNG decoded?

use std::io::Cursor;

use domain::thumbnails::ports::PhotoRefused;
use image::metadata::Orientation;
use png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Transformations};

use crate::limits::Limits;
use crate::orientation;
use crate::raster::{Decoded, Layout, Raster};

/// What the text, profile and EXIF chunks of one file may unpack to.
const METADATA_BYTES_MAX: usize = 16 << 20;

pub(crate) fn decode(photo: &[u8], limits: &Limits) -> Result<Decoded, PhotoRefused> {
    let mut options = DecodeOptions::default();
    // By default the decoder is lenient with a broken checksum of a chunk it could do without, and never computes the
    // one over the pixels.
    options.set_skip_ancillary_crc_failures(false);
    options.set_ignore_checksums(false);
    let mut decoder = Decoder::new_with_options(Cursor::new(photo), options);
    decoder.set_limits(png::Limits {
        bytes: METADATA_BYTES_MAX,
    });
    decoder.set_ignore_text_chunk(true);
    // Palette to RGB, few bits to eight, tRNS or nothing to alpha. Sixteen bits stay: the decoder would cut, not round.
    decoder.set_transformations(Transformations::EXPAND | Transformations::ALPHA);

    let header = decoder.read_header_info().map_err(|reason| refused(&reason))?;
    let (width_px, height_px) = (header.width, header.height);
    let pixels = u64::from(width_px) * u64::from(height_px);
    limits.check_header(
        width_px,
        height_px,
        pixels * bytes_per_pixel(header.color_type, header.bit_depth),
    )?;

    let mut reader = decoder.read_info().map_err(|reason| refused(&reason))?;
    let info = reader.info();
    let icc_profile = info.icc_profile.as_deref().map(<[u8]>::to_vec);
    let orientation = info
        .exif_metadata
        .as_deref()
        .map_or(Orientation::NoTransforms, orientation::from_exif);
    let (color, depth) = reader.output_color_type();
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| damaged("the size of a picture overflows"))?;
    let mut samples = vec![0; size];
    reader.next_frame(&mut samples).map_err(|reason| refused(&reason))?;
    // Reads on to the last chunk, so that a file without its end is found out.
    reader.finish().map_err(|reason| refused(&reason))?;

    if depth == BitDepth::Sixteen {
        round_to_eight_bits(&mut samples);
    }
    let raster = match color {
        ColorType::Rgba => Raster::with_alpha(width_px, height_px, Layout::Rgb, samples),
        ColorType::GrayscaleAlpha => {
            let rgba = samples
                .chunks_exact(2)
                .flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]])
                .collect();
            Raster::with_alpha(width_px, height_px, Layout::Gray, rgba)
        }
        ColorType::Grayscale | ColorType::Indexed | ColorType::Rgb => {
            return Err(damaged("the PNG has no such pixels"));
        }
    };
    Ok(Decoded::of(raster, icc_profile, orientation))
}

/// The decoded picture, and a copy where gray becomes RGBA afterwards.
fn bytes_per_pixel(color: ColorType, depth: BitDepth) -> u64 {
    let bytes_per_sample = if depth == BitDepth::Sixteen { 2 } else { 1 };
    match color {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => 2 * bytes_per_sample + 4,
        ColorType::Indexed | ColorType::Rgb | ColorType::Rgba => 4 * bytes_per_sample,
    }
}

/// Big-endian pairs to the nearest of 256 levels, in place.
fn round_to_eight_bits(samples: &mut Vec<u8>) {
    let count = samples.len() / 2;
    for index in 0..count {
        let wide = u32::from(u16::from_be_bytes([samples[index * 2], samples[index * 2 + 1]]));
        // 65535 is 257 times 255: adding half of that and dividing rounds to the nearest.
        samples[index] = u8::try_from((wide + 128) / 257).unwrap_or(u8::MAX);
    }
    samples.truncate(count);
}

fn refused(reason: &DecodingError) -> PhotoRefused {
    match reason {
        DecodingError::LimitsExceeded => PhotoRefused::Unsupported {
            feature: format!("PNG metadata of more than {METADATA_BYTES_MAX} bytes"),
        },
        DecodingError::IoError(_) => damaged("the PNG ends too early"),
        other => damaged(&other.to_string()),
    }
}

fn damaged(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}
