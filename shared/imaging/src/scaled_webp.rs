//! Decodes a plain lossy WebP no larger than needed, by libwebp.

use domain::thumbnails::ports::PhotoRefused;
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;

use crate::decoded::{Pixels, Shrunk};
use crate::raster::{Layout, PIXEL_BYTES, Raster};
use crate::shrink;
use crate::webp_container::{chunks, contradiction};

const _: () = assert!(PIXEL_BYTES == lossy_webp::PIXEL_BYTES);

/// What libwebp decodes to is at least this many times as large as the largest picture that is made of it, in tenths.
/// It scales by the same boxes as `shrink`; every pixel that it leaves has to become a colour, and twice is enough to
/// be above libvips. Just below twice is what is left of 4032 and of 4000 pixels, the longest sides of most telephones'
/// photos.
const SCALED_RATIO_TENTHS_MIN: u32 = 19;

/// A bare VP8 frame, and the size to decode it to.
pub(crate) struct ScaledFrame<'a> {
    frame: &'a [u8],
    size: (u32, u32),
    scaled: (u32, u32),
}

impl<'a> ScaledFrame<'a> {
    /// `None` for an animation, and for a picture with transparency or without loss.
    pub(crate) fn find<R: std::io::BufRead + std::io::Seek>(
        photo: &'a [u8],
        decoder: &WebPDecoder<R>,
        largest_px: u32,
    ) -> Result<Option<Self>, PhotoRefused> {
        if decoder.has_animation() || decoder.color_type().has_alpha() {
            return Ok(None);
        }
        let size = decoder.dimensions();
        let scaled = scaled_size(size, largest_px);
        Ok(lossy_frame(photo)?.map(|frame| Self { frame, size, scaled }))
    }

    pub(crate) fn decoded_bytes(&self) -> u64 {
        lossy_webp::decoded_bytes(self.size.0, self.scaled)
    }

    pub(crate) fn pixels(&self) -> Result<Pixels, PhotoRefused> {
        let unreadable = |_| contradiction("the picture in the WebP is damaged or incomplete");
        if lossy_webp::size(self.frame).map_err(unreadable)? != self.size {
            return Err(contradiction(
                "the WebP's frame is not of the size that its header says",
            ));
        }
        let (width_px, height_px) = self.scaled;
        let raster = Raster {
            width_px,
            height_px,
            layout: Layout::Rgb,
            samples: lossy_webp::decode(self.frame, self.scaled).map_err(unreadable)?,
        };
        if self.scaled == self.size {
            return Ok(Pixels::Raster(raster));
        }
        // All of the picture is in all of these pixels.
        let reach = (f64::from(width_px), f64::from(height_px));
        Ok(Pixels::Shrunk(Shrunk { raster, reach }))
    }
}

fn scaled_size((width_px, height_px): (u32, u32), largest_px: u32) -> (u32, u32) {
    let factor = shrink::factor(
        width_px.max(height_px),
        largest_px.saturating_mul(SCALED_RATIO_TENTHS_MIN) / 10,
    );
    (width_px.div_ceil(factor), height_px.div_ceil(factor))
}

/// The first chunk with a lossy frame, if there is one.
fn lossy_frame(photo: &[u8]) -> Result<Option<&[u8]>, PhotoRefused> {
    for chunk in chunks(photo) {
        let (name, payload) = chunk?;
        if name == *b"VP8 " {
            return Ok(Some(payload));
        }
    }
    Ok(None)
}
