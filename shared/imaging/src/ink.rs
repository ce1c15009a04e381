//! Converts CMYK to sRGB by a profile, with black point compensation as in littleCMS.
//!
//! The darkest ink of a press is a dark gray. Without compensation a black area would be shown as that gray; littleCMS,
//! and so Pillow and libvips, stretch the range between paper and darkest ink to that between white and black.

use std::sync::Arc;

use moxcms::{
    CmsError, ColorProfile, Layout as ProfileLayout, ProfileVersion, Transform16BitExecutor, TransformOptions,
};

use crate::raster::PIXEL_BYTES;

/// Luminance of black in the perceptual tables of version 4 profiles (ICC.1:2010, 6.3.4.3).
const PERCEPTUAL_BLACK: f32 = 0.003_473_1;
/// Luminance of L* 50. A lighter "black" is none, and littleCMS goes no further either.
const BLACK_MAX: f32 = 0.184_187;
/// What red, green and blue of sRGB contribute to the luminance, adapted to D50.
const LUMINANCE_OF: [f32; 3] = [0.2225, 0.7169, 0.0606];

pub(crate) struct InkToSrgb {
    executor: Arc<Transform16BitExecutor>,
    /// From sixteen bits of an sRGB channel to eight, compensated. In the linear space of sRGB, the compensation is the
    /// same for each channel: black is neutral.
    compensated: Vec<u8>,
}

impl InkToSrgb {
    pub(crate) fn new(profile: &ColorProfile) -> Option<Self> {
        let executor = profile
            .create_transform_16bit(
                ProfileLayout::Rgba,
                &ColorProfile::new_srgb(),
                ProfileLayout::Rgba,
                TransformOptions::default(),
            )
            .ok()?;
        let black = if profile.version() >= ProfileVersion::V4_0 {
            PERCEPTUAL_BLACK
        } else {
            darkest(&executor)?
        };
        let compensated = (0..=u16::MAX).map(|level| {
            let linear = to_linear(f32::from(level) / f32::from(u16::MAX));
            nearest(to_encoded((linear - black) / (1.0 - black)))
        });
        Some(Self {
            executor,
            compensated: compensated.collect(),
        })
    }

    /// Both in pixels of [`PIXEL_BYTES`].
    pub(crate) fn transform(&self, ink: &[u8], target: &mut [u8]) -> Result<(), CmsError> {
        let wide: Vec<u16> = ink.iter().map(|&sample| u16::from(sample) * 257).collect();
        let mut light = vec![0; wide.len()];
        self.executor.transform(&wide, &mut light)?;
        for (sample, &level) in target.iter_mut().zip(&light) {
            *sample = self.compensated[usize::from(level)];
        }
        target
            .iter_mut()
            .skip(3)
            .step_by(PIXEL_BYTES)
            .for_each(|fourth| *fourth = u8::MAX);
        Ok(())
    }
}

/// The luminance of all inks at once.
fn darkest(executor: &Arc<Transform16BitExecutor>) -> Option<f32> {
    let mut light = [0; PIXEL_BYTES];
    executor.transform(&[u16::MAX; PIXEL_BYTES], &mut light).ok()?;
    let channels = light.iter().zip(LUMINANCE_OF);
    let luminance: f32 = channels
        .map(|(&level, share)| share * to_linear(f32::from(level) / f32::from(u16::MAX)))
        .sum();
    Some(luminance.min(BLACK_MAX))
}

/// IEC 61966-2-1.
fn to_linear(encoded: f32) -> f32 {
    if encoded <= 0.040_45 {
        encoded / 12.92
    } else {
        ((encoded + 0.055) / 1.055).powf(2.4)
    }
}

fn to_encoded(linear: f32) -> f32 {
    if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float is clamped to the byte"
)]
fn nearest(value: f32) -> u8 {
    (value * f32::from(u8::MAX) + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::{nearest, to_encoded, to_linear};

    #[test]
    fn the_curve_of_srgb_and_its_inverse_cancel() {
        for level in 0..=u8::MAX {
            assert_eq!(nearest(to_encoded(to_linear(f32::from(level) / 255.0))), level);
        }
    }
}
