//! Scales down a picture of four bytes per pixel: the one instance of `fast_image_resize`'s generic code.
//!
//! A crate of its own because of what that code costs to compile: it holds every filter for thirty precisions and three
//! instruction sets, and the compiler makes all of them in the crate that calls it. Optimised, that takes half a
//! minute. Here the dev profile can leave it unoptimised, and the rest of the pipeline not; see `[profile.dev.package]`
//! in the workspace's manifest for what that costs a photo.

#![warn(missing_docs)]

use std::fmt::Display;

use fast_image_resize::images::TypedImage;
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{FilterType, MulDiv, ResizeAlg, ResizeOptions};

/// Bytes of every pixel.
pub const PIXEL_BYTES: usize = 4;

/// Rows from top to bottom without padding, four bytes for each pixel.
#[derive(Debug)]
pub struct Pixels<'a> {
    /// Pixels of a row.
    pub width_px: u32,
    /// The number of rows.
    pub height_px: u32,
    /// [`PIXEL_BYTES`] times width times height.
    pub samples: &'a mut [u8],
}

/// The samples are not as many as width and height say, or a side is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeFault(String);

impl Display for ShapeFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ShapeFault {}

/// Keeps its buffers from one picture to the next.
#[derive(Debug, Default)]
pub struct Resizer(fast_image_resize::Resizer);

impl Resizer {
    /// Without buffers: the first picture allocates them.
    pub fn new() -> Self {
        Self::default()
    }

    /// The source at `width_px` times `height_px`, by Lanczos3. Works on the encoded values, as browsers and vips do by
    /// default; alpha must be premultiplied.
    ///
    /// `reach` is the part of the source, in pixels across and down, that the picture covers. The source is mutable
    /// only to be of the same type as the target: the compiler then makes one instance of the filters where it would
    /// make four.
    pub fn resize(
        &mut self,
        source: Pixels<'_>,
        reach: (f64, f64),
        (width_px, height_px): (u32, u32),
    ) -> Result<Vec<u8>, ShapeFault> {
        let mut samples = vec![0; width_px as usize * height_px as usize * PIXEL_BYTES];
        let target = Pixels {
            width_px,
            height_px,
            samples: &mut samples,
        };
        let (source, mut target) = (view(source)?, view(target)?);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(false)
            .crop(0.0, 0.0, reach.0, reach.1);
        self.0.resize_typed(&source, &mut target, &options).map_err(fault)?;
        Ok(samples)
    }
}

/// Multiplies the first three bytes of each pixel by the fourth.
pub fn premultiply(pixels: Pixels<'_>) -> Result<(), ShapeFault> {
    MulDiv::new()
        .multiply_alpha_inplace_typed(&mut view(pixels)?)
        .map_err(fault)
}

/// Undoes [`premultiply`], to rounding.
pub fn unpremultiply(pixels: Pixels<'_>) -> Result<(), ShapeFault> {
    MulDiv::new()
        .divide_alpha_inplace_typed(&mut view(pixels)?)
        .map_err(fault)
}

fn view(pixels: Pixels<'_>) -> Result<TypedImage<'_, U8x4>, ShapeFault> {
    let Pixels {
        width_px,
        height_px,
        samples,
    } = pixels;
    TypedImage::from_buffer(width_px, height_px, samples).map_err(fault)
}

fn fault(reason: impl Display) -> ShapeFault {
    ShapeFault(reason.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use super::{Pixels, Resizer, premultiply, unpremultiply};

    fn pixels(samples: &mut [u8], (width_px, height_px): (u32, u32)) -> Pixels<'_> {
        Pixels {
            width_px,
            height_px,
            samples,
        }
    }

    #[test]
    fn one_colour_stays_what_it_is() {
        let mut samples = [90, 60, 30, 255].repeat(40 * 30);
        let resized = Resizer::new().resize(pixels(&mut samples, (40, 30)), (39.5, 30.0), (7, 5));
        assert_eq!(resized.unwrap(), [90, 60, 30, 255].repeat(7 * 5));
    }

    #[test]
    fn alpha_is_multiplied_in_and_divided_out_again() {
        let mut samples = [200, 100, 0, 128, 9, 9, 9, 0];
        premultiply(pixels(&mut samples, (2, 1))).unwrap();
        assert_eq!(samples, [100, 50, 0, 128, 0, 0, 0, 0]);
        unpremultiply(pixels(&mut samples, (2, 1))).unwrap();
        assert_eq!(samples[3..], [128, 0, 0, 0, 0]);
        assert!(
            samples[0].abs_diff(200) <= 1 && samples[1].abs_diff(100) <= 1,
            "{samples:?}"
        );
    }

    #[test]
    fn samples_that_do_not_fill_the_picture_are_refused() {
        let mut samples = [0; 4 * 5];
        assert!(
            Resizer::new()
                .resize(pixels(&mut samples, (2, 3)), (2.0, 3.0), (1, 1))
                .is_err()
        );
        assert!(premultiply(pixels(&mut samples, (2, 3))).is_err());
    }
}
