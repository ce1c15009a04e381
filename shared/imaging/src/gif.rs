//! How is a GIF decoded?

use std::io::Cursor;

use domain::thumbnails::ports::PhotoRefused;
use image::ImageDecoder;
use image::codecs::gif::GifDecoder;
use image::metadata::Orientation;

use crate::decoded::Decoded;
use crate::limits::Limits;
use crate::raster::{Layout, Raster};

/// The canvas in RGBA, or a frame.
const BYTES_PER_PIXEL: u64 = 4;
/// Signature and logical screen descriptor; the flags of the latter.
const SCREEN_BYTES: usize = 13;
const SCREEN_FLAGS_AT: usize = 10;
/// A frame's descriptor after its introducer; the flags in it.
const FRAME_BYTES: usize = 9;
const FRAME_FLAGS_AT: usize = 8;

const EXTENSION: u8 = 0x21;
const FRAME: u8 = 0x2C;
const TRAILER: u8 = 0x3B;

/// The first frame on its canvas. What the frame leaves free is transparent, as in every browser.
pub(crate) fn decode(photo: &[u8], limits: &Limits) -> Result<Decoded, PhotoRefused> {
    let frame_pixels = survey(photo)?;
    let mut decoder = GifDecoder::new(Cursor::new(photo)).map_err(|reason| damaged(&reason))?;
    let (width_px, height_px) = decoder.dimensions();
    let canvas_bytes = u64::from(width_px) * u64::from(height_px) * BYTES_PER_PIXEL;
    // A frame is unpacked to its palette's numbers first; one that does not fill the canvas gets its colours beside it.
    let frame_bytes = frame_pixels * BYTES_PER_PIXEL;
    let beside_bytes = frame_pixels + if frame_bytes == canvas_bytes { 0 } else { frame_bytes };
    limits.check_header(width_px, height_px, canvas_bytes + beside_bytes)?;

    let icc_profile = decoder.icc_profile().map_err(|reason| damaged(&reason))?;
    let size = usize::try_from(canvas_bytes).map_err(|reason| damaged(&reason))?;
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(|reason| damaged(&reason))?;
    let raster = Raster::with_alpha(width_px, height_px, Layout::Rgb, samples);
    Ok(Decoded::of(raster, icc_profile, Orientation::NoTransforms))
}

/// The canvas, from the logical screen descriptor behind the signature.
pub(crate) fn claimed_size(start: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| Some(u32::from(u16::from_le_bytes(*start.get(at..)?.first_chunk()?)));
    Some((side(6)?, side(8)?))
}

/// Walks the blocks up to the trailer, which a cut file has lost, and answers with the pixels of the first frame.
/// GIF has no checksum and no length of its own: this walk is all that tells a whole file from a part.
///
/// <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>
fn survey(photo: &[u8]) -> Result<u64, PhotoRefused> {
    let mut blocks = Blocks { rest: photo };
    let screen = blocks.take(SCREEN_BYTES)?;
    blocks.take(color_table_bytes(screen[SCREEN_FLAGS_AT]))?;
    let mut first_frame = None;
    loop {
        match blocks.take(1)?[0] {
            EXTENSION => {
                blocks.take(1)?;
                blocks.skip_sub_blocks()?;
            }
            FRAME => {
                let frame = blocks.take(FRAME_BYTES)?;
                let side = |at: usize| u64::from(u16::from_le_bytes([frame[at], frame[at + 1]]));
                first_frame.get_or_insert(side(4) * side(6));
                blocks.take(color_table_bytes(frame[FRAME_FLAGS_AT]))?;
                // The code size of the compression.
                blocks.take(1)?;
                blocks.skip_sub_blocks()?;
            }
            TRAILER => return first_frame.ok_or_else(|| damaged(&"the GIF has no frame")),
            other => {
                return Err(damaged(&format_args!(
                    "the GIF has a block of unknown kind {other:#04x}"
                )));
            }
        }
    }
}

fn color_table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

struct Blocks<'a> {
    rest: &'a [u8],
}

impl<'a> Blocks<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PhotoRefused> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| damaged(&"the GIF ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// Sub-blocks begin with their length; one of length zero ends the row.
    fn skip_sub_blocks(&mut self) -> Result<(), PhotoRefused> {
        loop {
            let length = self.take(1)?[0];
            if length == 0 {
                return Ok(());
            }
            self.take(usize::from(length))?;
        }
    }
}

fn damaged(reason: &dyn std::fmt::Display) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: reason.to_string(),
    }
}
