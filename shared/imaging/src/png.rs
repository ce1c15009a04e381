//! Decodes a PNG: row by row to a smaller picture where its rows come in order, as a whole otherwise.

use std::io::{self, BufRead, BufReader, Read, Seek};

use domain::thumbnails::ports::PhotoRefused;
use image::metadata::Orientation;
use png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Reader, Transformations};

use crate::decoded::{Decoded, Pixels, Shrunk};
use crate::limits::Limits;
use crate::orientation;
use crate::png_chunks::{METADATA_BYTES_MAX, NeededChunks, WRONG_CHECKSUM};
use crate::raster::{Layout, Raster};
use crate::shrink::{self, BoxShrink};

/// Bytes asked of the input at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// `largest_px` is the longest side of the largest picture wanted.
pub(crate) fn decode(input: &mut dyn Read, limits: &Limits, largest_px: u32) -> Result<Decoded, PhotoRefused> {
    let mut options = DecodeOptions::default();
    // By default the decoder never computes the checksum over the pixels.
    options.set_ignore_checksums(false);
    let mut decoder =
        Decoder::new_with_options(BufReader::with_capacity(CHUNK_BYTES, NeededChunks::new(input)), options);
    decoder.set_limits(png::Limits {
        bytes: METADATA_BYTES_MAX,
    });
    decoder.set_ignore_text_chunk(true);
    // Palette to RGB, few bits to eight, tRNS or nothing to alpha. Sixteen bits stay: the decoder would cut, not round.
    decoder.set_transformations(Transformations::EXPAND | Transformations::ALPHA);

    let header = decoder.read_header_info().map_err(refused)?;
    let (width_px, height_px) = (header.width, header.height);
    // The rows of an interlaced picture do not come in their order.
    let factor = if header.interlaced {
        1
    } else {
        shrink::factor(width_px.max(height_px), shrink::left_px(largest_px))
    };
    let decoded_bytes = if factor > 1 {
        BoxShrink::bytes(width_px, height_px, factor)
    } else {
        let pixels = u64::from(width_px) * u64::from(height_px);
        pixels * bytes_per_pixel(header.color_type, header.bit_depth)
    };
    limits.check_header(width_px, height_px, decoded_bytes)?;

    let mut reader = decoder.read_info().map_err(refused)?;
    let info = reader.info();
    let icc_profile = info.icc_profile.as_deref().map(<[u8]>::to_vec);
    let orientation = info
        .exif_metadata
        .as_deref()
        .map_or(Orientation::NoTransforms, orientation::from_exif);
    let pixels = if factor > 1 {
        Pixels::Shrunk(shrunk(&mut reader, width_px, factor)?)
    } else {
        Pixels::Raster(whole(&mut reader)?)
    };
    // Reads on to the last chunk, so that a file without its end is found out.
    reader.finish().map_err(refused)?;
    Ok(Decoded {
        size: (width_px, height_px),
        pixels,
        icc_profile,
        orientation,
    })
}

fn whole<R: BufRead + Seek>(reader: &mut Reader<R>) -> Result<Raster, PhotoRefused> {
    let (color, depth) = reader.output_color_type();
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| damaged("the size of a picture overflows"))?;
    let mut samples = vec![0; size];
    reader.next_frame(&mut samples).map_err(refused)?;
    if depth == BitDepth::Sixteen {
        round_to_eight_bits(&mut samples);
    }
    let (width_px, height_px) = (reader.info().width, reader.info().height);
    let opaque = opaque_layout(color)?;
    if opaque == Layout::Gray {
        samples = gray_to_rgba(&samples);
    }
    Ok(Raster::with_alpha(width_px, height_px, opaque, samples))
}

/// Row by row, so that the picture is never there as a whole.
fn shrunk<R: BufRead + Seek>(reader: &mut Reader<R>, width_px: u32, factor: u32) -> Result<Shrunk, PhotoRefused> {
    let (color, depth) = reader.output_color_type();
    let opaque = opaque_layout(color)?;
    let mut shrink = BoxShrink::new(width_px, reader.info().height, factor);
    while let Some(row) = reader.next_row().map_err(refused)? {
        if depth == BitDepth::Eight && opaque == Layout::Rgb {
            shrink.take(row.data());
            continue;
        }
        let mut samples = row.data().to_vec();
        if depth == BitDepth::Sixteen {
            round_to_eight_bits(&mut samples);
        }
        if opaque == Layout::Gray {
            samples = gray_to_rgba(&samples);
        }
        shrink.take(&samples);
    }
    Ok(shrink.finish(opaque))
}

fn opaque_layout(color: ColorType) -> Result<Layout, PhotoRefused> {
    match color {
        ColorType::Rgba => Ok(Layout::Rgb),
        ColorType::GrayscaleAlpha => Ok(Layout::Gray),
        // The transformations leave nothing without alpha.
        ColorType::Grayscale | ColorType::Indexed | ColorType::Rgb => Err(damaged("the PNG has no such pixels")),
    }
}

fn gray_to_rgba(samples: &[u8]) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<2>();
    pixels
        .iter()
        .flat_map(|&[gray, alpha]| [gray, gray, gray, alpha])
        .collect()
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

fn refused(reason: DecodingError) -> PhotoRefused {
    match reason {
        DecodingError::LimitsExceeded => PhotoRefused::Unsupported {
            feature: format!("PNG metadata of more than {METADATA_BYTES_MAX} bytes"),
        },
        DecodingError::IoError(failure) => match failure.kind() {
            io::ErrorKind::UnexpectedEof => damaged("the PNG ends too early"),
            _ => failure.downcast().unwrap_or_else(|_| damaged(CONTRADICTION)),
        },
        // The library has no other name for it.
        DecodingError::Format(reason) if reason.to_string().contains("CRC") => damaged(WRONG_CHECKSUM),
        DecodingError::Format(_) | DecodingError::Parameter(_) => damaged(CONTRADICTION),
    }
}

const CONTRADICTION: &str = "the data of the PNG contradict each other";

fn damaged(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}
