//! Decodes a lossy WebP no larger than needed, by libwebp.
//!
//! libwebp takes a third of the time of what there is in Rust, and scales while it decodes, so that the whole picture
//! is never in memory. The price is C code that reads what strangers send. So it is given as little as can be: one bare
//! VP8 frame, without container, alpha, animation or profile, whose size was held against the limits before; it writes
//! into memory that Rust has allocated, and an answer other than "all is well" is an error.
//!
//! ```
//! use lossy_webp::{WebpError, decode, size};
//!
//! // The payload of a file's `VP8 ` chunk.
//! let frame: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/red-beside-blue.vp8"));
//! assert_eq!(size(frame)?, (32, 24));
//! assert_eq!(decode(frame, (8, 6))?.len(), 8 * 6 * lossy_webp::PIXEL_BYTES);
//! assert_eq!(decode(&frame[..9], (8, 6)), Err(WebpError::NoHeader));
//! # Ok::<(), WebpError>(())
//! ```

mod error;
mod libwebp;
mod narrow;

pub use error::WebpError;
pub use libwebp::PIXEL_BYTES;

/// A frame of fewer columns has a single column of colours. The scaler's factor for one column to one is two to the
/// power of 32, which its field cannot hold: the colours would be lost (`WEBP_RESCALER_FRAC` in `rescaler_utils.h`).
const SCALED_WIDTH_MIN: u32 = 3;
/// What libwebp needs besides the pixels that it writes: some rows of macroblocks, with what the next row remembers of
/// them, and the rows of the scaler.
const WORK_BYTES_PER_COLUMN: u64 = 256;
const WORK_BYTES: u64 = 256 << 10;
/// The frame header: three bytes, three that say that this is a key frame, and the sizes.
/// <https://www.rfc-editor.org/rfc/rfc6386#section-9.1>
const HEADER_BYTES: usize = 10;
const START_CODE: [u8; 3] = [0x9D, 0x01, 0x2A];
/// The upper bits of a size ask to enlarge what is shown; nobody does.
const SIDE_MASK: u16 = 0x3FFF;

/// Width and height of a bare VP8 frame.
pub fn size(frame: &[u8]) -> Result<(u32, u32), WebpError> {
    let header = frame.first_chunk::<HEADER_BYTES>().ok_or(WebpError::NoHeader)?;
    let is_key_frame = header[0] & 1 == 0;
    if !is_key_frame || header[3..6] != START_CODE {
        return Err(WebpError::NoHeader);
    }
    let side = |at: usize| u32::from(u16::from_le_bytes([header[at], header[at + 1]]) & SIDE_MASK);
    Ok((side(6), side(8)))
}

/// Memory at the peak of [`decode`], for a frame of this width.
pub fn decoded_bytes(frame_width: u32, (width, height): (u32, u32)) -> u64 {
    let mut pixels = u64::from(width) * u64::from(height) * PIXEL_BYTES as u64;
    if frame_width < SCALED_WIDTH_MIN {
        pixels += u64::from(frame_width) * u64::from(SIDE_MASK) * PIXEL_BYTES as u64;
    }
    pixels + u64::from(frame_width) * WORK_BYTES_PER_COLUMN + WORK_BYTES
}

/// The whole picture in `width` times `height` pixels, no more than it has. A pixel is the mean of those it stands for.
pub fn decode(frame: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, WebpError> {
    let (frame_width, frame_height) = size(frame)?;
    if width == 0 || height == 0 || width > frame_width || height > frame_height {
        return Err(WebpError::Impossible { width, height });
    }
    let frame_size = (frame_width, frame_height);
    if (width, height) == frame_size {
        return libwebp::decode(frame, frame_size, false);
    }
    if frame_width < SCALED_WIDTH_MIN {
        let pixels = libwebp::decode(frame, frame_size, false)?;
        return Ok(narrow::shrink(&pixels, frame_size, (width, height)));
    }
    libwebp::decode(frame, (width, height), true)
}

/// The example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use super::{WebpError, decode, size};

    /// 32 x 24, red beside blue, without its container.
    const FRAME: [u8; 72] = *include_bytes!("../tests/fixtures/red-beside-blue.vp8");

    #[test]
    fn a_frame_is_decoded_at_every_size_up_to_its_own() {
        assert_eq!(size(&FRAME), Ok((32, 24)));
        for (width, height) in [(32, 24), (16, 12), (7, 5), (1, 1)] {
            let pixels = decode(&FRAME, (width, height)).unwrap();
            assert_eq!(pixels.len(), (width * height * 4) as usize);
            let is_opaque = |pixel: &[u8]| pixel[3] == 255;
            assert!(pixels.chunks_exact(4).all(is_opaque));
            let (red, blue) = (&pixels[..3], &pixels[pixels.len() - 4..pixels.len() - 1]);
            // A single column is the mean of both colours.
            let is_right = if width == 1 {
                red[0] > 60 && red[2] > 60
            } else {
                red[0] > 150 && blue[2] > 150
            };
            assert!(is_right, "{width} x {height}: {red:?}, {blue:?}");
        }
    }

    /// Red, from libwebp; the tall one is blue below.
    const NARROW: [((u32, u32), &[u8]); 4] = [
        ((1, 2), include_bytes!("../tests/fixtures/1x2.vp8")),
        ((1, 13), include_bytes!("../tests/fixtures/1x13.vp8")),
        ((2, 7), include_bytes!("../tests/fixtures/2x7.vp8")),
        ((2, 900), include_bytes!("../tests/fixtures/2x900.vp8")),
    ];

    #[test]
    fn a_frame_of_one_or_two_columns_keeps_its_colours_at_every_size() {
        for ((frame_width, frame_height), frame) in NARROW {
            assert_eq!(size(frame), Ok((frame_width, frame_height)));
            for width in 1..=frame_width {
                for height in [
                    1,
                    2,
                    frame_height / 2,
                    frame_height * 2 / 3,
                    frame_height - 1,
                    frame_height,
                ] {
                    let height = height.max(1);
                    let pixels = decode(frame, (width, height)).unwrap();
                    assert_eq!(pixels.len(), (width * height * 4) as usize);
                    if height == 1 && frame_height == 900 {
                        continue;
                    }
                    let first = &pixels[..4];
                    let is_red = first[0] > 190 && first[1] < 60 && first[2] < 90 && first[3] == 255;
                    assert!(
                        is_red,
                        "{frame_width} x {frame_height} to {width} x {height}: {first:?}"
                    );
                    let last = &pixels[pixels.len() - 4..];
                    assert!(frame_height < 900 || last[2] > 150 && last[0] < 70, "{last:?}");
                }
            }
        }
    }

    #[test]
    fn no_more_pixels_are_made_than_there_are() {
        for (width, height) in [(33, 24), (32, 25), (0, 1), (1, 0)] {
            assert_eq!(
                decode(&FRAME, (width, height)),
                Err(WebpError::Impossible { width, height })
            );
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_an_error() {
        for length in 0..FRAME.len() - 2 {
            assert!(decode(&FRAME[..length], (16, 12)).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn no_flipped_bit_does_harm() {
        for bit in 0..FRAME.len() * 8 {
            let mut flipped = FRAME;
            flipped[bit / 8] ^= 1 << (bit % 8);
            let answer = decode(&flipped, (16, 12));
            assert!(answer.is_err() || answer.is_ok_and(|pixels| pixels.len() == 16 * 12 * 4));
        }
    }
}
