//! Determines the colour model of a JPEG, and converts its channels to pixels.

use crate::error::JpegError;
use crate::frame::Frame;
use crate::metadata::Metadata;
use crate::plane::Plane;
use crate::upsample;

/// Bytes of every pixel, whatever its colours: one shape for all.
pub const PIXEL_BYTES: usize = 4;

/// The meaning of the bytes of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Luminance, three times. The fourth byte is without meaning.
    Gray,
    /// The fourth byte is without meaning.
    Rgb,
    /// Ink: 0 is none, 255 is full coverage.
    Cmyk,
}

/// How channels become colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourModel {
    Gray,
    Rgb,
    /// Luminance and two colour differences, full range (JFIF, page 3).
    YCbCr,
    /// Ink, stored inverted: 255 is bare paper. Adobe began it, and every program that reads such files assumes it,
    /// with or without Adobe's marker.
    InvertedCmyk,
    /// Inverted cyan, magenta and yellow as luminance and differences, black as it is. Only Adobe writes it.
    Ycck,
}

impl ColourModel {
    /// The standard does not say. The conventions are those of libjpeg (`jdapimin.c`, `default_decompress_parms`): of
    /// three sources a JFIF segment comes first, then Adobe's marker, then the names of the channels.
    pub(crate) fn of(frame: &Frame, metadata: &Metadata) -> Result<Self, JpegError> {
        let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
        match (ids.as_slice(), metadata.has_jfif, metadata.adobe_transform) {
            ([_], _, _) => Ok(Self::Gray),
            ([_, _, _], false, Some(0)) | (b"RGB", false, None) => Ok(Self::Rgb),
            ([_, _, _], _, _) => Ok(Self::YCbCr),
            ([_, _, _, _], _, None | Some(0)) => Ok(Self::InvertedCmyk),
            ([_, _, _, _], _, Some(_)) => Ok(Self::Ycck),
            _ => Err(JpegError::unsupported(format!(
                "a JPEG of {} colour channels",
                ids.len()
            ))),
        }
    }

    /// The layout of the pixels that [`ColourModel::pixels`] makes.
    pub fn colours(self) -> Colours {
        match self {
            Self::Gray => Colours::Gray,
            Self::Rgb | Self::YCbCr => Colours::Rgb,
            Self::InvertedCmyk | Self::Ycck => Colours::Cmyk,
        }
    }

    /// One pixel of its samples, which are numbers from 0 to 255 with any fraction: rounding them first would show in
    /// the colours, where the rounding of a difference is multiplied.
    pub fn pixel(self, samples: [f32; PIXEL_BYTES]) -> [u8; PIXEL_BYTES] {
        let [first, second, third, fourth] = samples;
        let light = || {
            let (blue, red) = (second - 128.0, third - 128.0);
            // ITU-R BT.601.
            [
                first + 1.402 * red,
                first - 0.344_136 * blue - 0.714_136 * red,
                first + 1.772 * blue,
            ]
        };
        match self {
            Self::Gray => [first, first, first, 255.0],
            Self::Rgb => [first, second, third, 255.0],
            Self::YCbCr => {
                let [red, green, blue] = light();
                [red, green, blue, 255.0]
            }
            Self::InvertedCmyk => samples.map(|sample| 255.0 - sample),
            Self::Ycck => {
                let [cyan, magenta, yellow] = light();
                [cyan, magenta, yellow, 255.0 - fourth]
            }
        }
        .map(nearest)
    }

    /// Pixels of [`PIXEL_BYTES`], made of the planes of a picture of this size. Smaller planes are enlarged.
    pub fn pixels(self, width_px: u32, height_px: u32, planes: &[Plane]) -> Vec<u8> {
        let (width, height) = (width_px as usize, height_px as usize);
        let mut pixels = vec![u8::MAX; width * height * PIXEL_BYTES];
        let mut rows = vec![vec![0; width]; planes.len()];
        let mut blend = Vec::new();
        for (y, target) in pixels.chunks_exact_mut(width * PIXEL_BYTES).enumerate() {
            for (plane, row) in planes.iter().zip(&mut rows) {
                upsample::row(plane, y, &mut blend, row);
            }
            match (self, rows.as_slice()) {
                (Self::YCbCr, [luma, blue, red]) => from_ycbcr(luma, blue, red, target),
                (Self::Ycck, [luma, blue, red, black]) => {
                    // Decoded, the inverted cyan, magenta and yellow are inverted once more by the transform: plain
                    // ink.
                    from_ycbcr(luma, blue, red, target);
                    for (pixel, &black) in target.chunks_exact_mut(PIXEL_BYTES).zip(black) {
                        pixel[3] = u8::MAX - black;
                    }
                }
                (Self::Gray, [luma]) => interleave([luma, luma, luma], target, 0),
                (Self::InvertedCmyk, rows) => interleave(rows, target, u8::MAX),
                (_, rows) => interleave(rows, target, 0),
            }
        }
        pixels
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float is clamped to the byte"
)]
fn nearest(value: f32) -> u8 {
    (value + 0.5) as u8
}

fn interleave<'a>(rows: impl IntoIterator<Item = &'a Vec<u8>>, target: &mut [u8], flip: u8) {
    for (channel, row) in rows.into_iter().enumerate() {
        for (pixel, &sample) in target.chunks_exact_mut(PIXEL_BYTES).zip(row) {
            pixel[channel] = sample ^ flip;
        }
    }
}

/// Red, green and blue into the first three bytes of each pixel.
fn from_ycbcr(luma: &[u8], blue: &[u8], red: &[u8], target: &mut [u8]) {
    // ITU-R BT.601 with 16 fractional bits.
    const HALF: i32 = 1 << 15;
    const RED_TO_RED: i32 = 91_881;
    const RED_TO_GREEN: i32 = 46_802;
    const BLUE_TO_GREEN: i32 = 22_554;
    const BLUE_TO_BLUE: i32 = 116_130;
    #[expect(clippy::cast_sign_loss, reason = "clamped to a byte")]
    let byte = |value: i32| value.clamp(0, 255) as u8;
    let channels = luma.iter().zip(blue).zip(red);
    for (pixel, ((&luma, &blue), &red)) in target.chunks_exact_mut(PIXEL_BYTES).zip(channels) {
        let (luma, blue, red) = (i32::from(luma), i32::from(blue) - 128, i32::from(red) - 128);
        pixel[0] = byte(luma + ((RED_TO_RED * red + HALF) >> 16));
        pixel[1] = byte(luma + ((HALF - BLUE_TO_GREEN * blue - RED_TO_GREEN * red) >> 16));
        pixel[2] = byte(luma + ((BLUE_TO_BLUE * blue + HALF) >> 16));
    }
}
