//! Decodes the first frame of a GIF, on its canvas.

use std::io::{self, Read};
use std::num::NonZeroU64;

use domain::thumbnails::ports::PhotoRefused;
use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};
use image::metadata::Orientation;

use crate::decoded::{Decoded, Pixels};
use crate::gif_blocks::{FirstFrame, damaged, ends_early};
use crate::limits::Limits;
use crate::raster::{Layout, PIXEL_BYTES, Raster};
use crate::shrink::{self, BoxShrink};

/// A palette has so many colours at most.
const COLORS_MAX: usize = 256;
/// Red, green and blue of a colour in a palette.
const COLOR_BYTES: usize = 3;
/// The colour of a number beyond the palette, as in every browser.
const BLACK: [u8; PIXEL_BYTES] = [0, 0, 0, u8::MAX];

/// The first frame on its canvas. What the frame leaves free is transparent, as in every browser. `largest_px` is the
/// longest side of the largest picture wanted.
pub(crate) fn decode(photo: &[u8], limits: &Limits, largest_px: u32) -> Result<Decoded, PhotoRefused> {
    let first = FirstFrame::find(photo)?;
    let (width_px, height_px) = first.canvas;
    let factor = shrink::factor(width_px.max(height_px), shrink::left_px(largest_px));
    let canvas_bytes = if factor > 1 {
        BoxShrink::bytes(width_px, height_px, factor)
    } else {
        u64::from(width_px) * u64::from(height_px) * PIXEL_BYTES as u64
    };
    limits.check_header(width_px, height_px, canvas_bytes + first.pixels())?;

    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    if let Some(bytes_max) = NonZeroU64::new(limits.decoded_bytes_max) {
        options.set_memory_limit(MemoryLimit::Bytes(bytes_max));
    }
    let mut decoder = options.read_info(Pieces(first.pieces.clone())).map_err(refused)?;
    let transparent = decoder
        .next_frame_info()
        .map_err(refused)?
        .and_then(|frame| frame.transparent);
    let colors = colors(decoder.palette().map_err(refused)?, transparent);
    let size = usize::try_from(first.pixels()).map_err(|_| damaged("the size of the GIF overflows"))?;
    let mut numbers = vec![0; size];
    decoder.read_into_buffer(&mut numbers).map_err(refused)?;

    let rows = Rows {
        first: &first,
        numbers: &numbers,
        colors: &colors,
    };
    Ok(Decoded {
        size: first.canvas,
        pixels: rows.draw(factor),
        icc_profile: decoder.icc_profile().map(<[u8]>::to_vec),
        orientation: Orientation::NoTransforms,
    })
}

/// By number: the colour of the palette, transparent where the frame says so.
fn colors(palette: &[u8], transparent: Option<u8>) -> [[u8; PIXEL_BYTES]; COLORS_MAX] {
    let mut colors = [BLACK; COLORS_MAX];
    for (color, &[red, green, blue]) in colors.iter_mut().zip(palette.as_chunks::<COLOR_BYTES>().0) {
        *color = [red, green, blue, u8::MAX];
    }
    if let Some(transparent) = transparent {
        colors[usize::from(transparent)][3] = 0;
    }
    colors
}

/// The rows of the canvas, made one after the other: a canvas that is made smaller is never in memory as a whole.
struct Rows<'a> {
    first: &'a FirstFrame<'a>,
    numbers: &'a [u8],
    colors: &'a [[u8; PIXEL_BYTES]; COLORS_MAX],
}

impl Rows<'_> {
    fn draw(&self, factor: u32) -> Pixels {
        let (width_px, height_px) = self.first.canvas;
        let mut row = vec![0; width_px as usize * PIXEL_BYTES];
        if factor > 1 {
            let mut shrink = BoxShrink::new(width_px, height_px, factor);
            for y in 0..height_px {
                self.fill(y, &mut row);
                shrink.take(&row);
            }
            return Pixels::Shrunk(shrink.finish(Layout::Rgb));
        }
        let mut samples = Vec::with_capacity(row.len() * height_px as usize);
        for y in 0..height_px {
            self.fill(y, &mut row);
            samples.extend_from_slice(&row);
        }
        Pixels::Raster(Raster::with_alpha(width_px, height_px, Layout::Rgb, samples))
    }

    fn fill(&self, y: u32, row: &mut [u8]) {
        let frame = &self.first.frame;
        let Some(line) = y.checked_sub(frame.top).filter(|&line| line < frame.height) else {
            row.fill(0);
            return;
        };
        let numbers = &self.numbers[(line * frame.width) as usize..][..frame.width as usize];
        let pixels = row[frame.left as usize * PIXEL_BYTES..]
            .as_chunks_mut::<PIXEL_BYTES>()
            .0;
        for (pixel, &number) in pixels.iter_mut().zip(numbers) {
            *pixel = self.colors[usize::from(number)];
        }
    }
}

/// Reads the parts of a file one after the other.
struct Pieces<'a>(Vec<&'a [u8]>);

impl Read for Pieces<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        while let Some(first) = self.0.first_mut() {
            match first.read(target)? {
                0 if !target.is_empty() => drop(self.0.remove(0)),
                count => return Ok(count),
            }
        }
        Ok(0)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn refused(reason: DecodingError) -> PhotoRefused {
    match reason {
        DecodingError::UnexpectedEof | DecodingError::EndCodeNotFound => ends_early(),
        _ => damaged("the data of the GIF's first frame contradict each other or are incomplete"),
    }
}
