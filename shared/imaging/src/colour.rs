//! Converts the colours of a picture to sRGB, by its ICC profile where that can be evaluated.

use std::sync::Arc;

use domain::thumbnails::ports::PhotoRefused;
use moxcms::{ColorProfile, DataColorSpace, Layout as ProfileLayout, Transform8BitExecutor, TransformOptions};

use crate::ink::InkToSrgb;
use crate::raster::{Layout, PIXEL_BYTES, Raster};

/// Points of the curve that a gray profile gets in place of its own: enough to be exact to a level of eight bits.
const CURVE_POINTS: u16 = 4_096;

/// The conversion of one photo, applied to each of its thumbnails.
///
/// After scaling, not before: a hundredth of the pixels, and a colour outside sRGB is clipped once it has been averaged
/// with its neighbours, not at every pixel before. The filter works on encoded values either way.
pub(crate) struct ToSrgb {
    transform: Option<Transform>,
}

enum Transform {
    Gray(Arc<Transform8BitExecutor>),
    Rgb(Arc<Transform8BitExecutor>),
    Ink(InkToSrgb),
}

impl ToSrgb {
    /// A profile that is broken, or made for another kind of pixel, counts as absent: browsers do so, the picture
    /// itself is whole, and there is nothing better to show.
    pub(crate) fn new(layout: Layout, icc_profile: Option<&[u8]>) -> Self {
        Self {
            transform: icc_profile.and_then(|profile| Transform::new(layout, profile)),
        }
    }

    pub(crate) fn convert(&self, raster: Raster) -> Result<Raster, PhotoRefused> {
        match &self.transform {
            Some(transform) => transform.apply(&raster),
            None => Ok(without_profile(raster)),
        }
    }
}

impl Transform {
    fn new(layout: Layout, icc_profile: &[u8]) -> Option<Self> {
        let profile = evaluable(ColorProfile::new_from_slice(icc_profile).ok()?)?;
        let (expected, source) = match layout {
            Layout::Gray | Layout::GrayAlpha => (DataColorSpace::Gray, ProfileLayout::Gray),
            Layout::Rgb | Layout::Rgba => (DataColorSpace::Rgb, ProfileLayout::Rgba),
            Layout::Cmyk => (DataColorSpace::Cmyk, ProfileLayout::Rgba),
        };
        if profile.color_space != expected {
            return None;
        }
        if layout == Layout::Cmyk {
            return InkToSrgb::new(&profile).map(Self::Ink);
        }
        // Perceptual intent is the default of the options, and what photographs are printed and shown with.
        let options = TransformOptions::default();
        let executor = profile
            .create_transform_8bit(source, &ColorProfile::new_srgb(), ProfileLayout::Rgba, options)
            .ok()?;
        Some(if source == ProfileLayout::Gray {
            Self::Gray(executor)
        } else {
            Self::Rgb(executor)
        })
    }

    fn apply(&self, raster: &Raster) -> Result<Raster, PhotoRefused> {
        let mut samples = vec![0; raster.samples.len()];
        let applied = match self {
            Self::Gray(executor) => {
                let luma: Vec<u8> = raster.samples.chunks_exact(PIXEL_BYTES).map(|pixel| pixel[0]).collect();
                let applied = executor.transform(&luma, &mut samples);
                let alphas = raster.samples.iter().skip(3).step_by(PIXEL_BYTES);
                for (pixel, &alpha) in samples.chunks_exact_mut(PIXEL_BYTES).zip(alphas) {
                    pixel[3] = alpha;
                }
                applied
            }
            Self::Rgb(executor) => executor.transform(&raster.samples, &mut samples),
            Self::Ink(ink) => ink.transform(&raster.samples, &mut samples),
        };
        applied.map_err(|reason| PhotoRefused::Unsupported {
            feature: format!("a colour profile that cannot be applied ({reason})"),
        })?;
        Ok(Raster {
            layout: if raster.layout.has_alpha() {
                Layout::Rgba
            } else {
                Layout::Rgb
            },
            samples,
            width_px: raster.width_px,
            height_px: raster.height_px,
        })
    }
}

/// The profile as `moxcms` can evaluate it, or `None`: it takes the curves and the matrix of a profile for a way to
/// XYZ, whatever the profile says. A table may lead to either space.
fn evaluable(mut profile: ColorProfile) -> Option<ColorProfile> {
    let has_table = profile.lut_a_to_b_perceptual.is_some()
        || profile.lut_a_to_b_colorimetric.is_some()
        || profile.lut_a_to_b_saturation.is_some();
    match profile.pcs {
        DataColorSpace::Xyz if has_table || profile.is_matrix_shaper() || profile.gray_trc.is_some() => Some(profile),
        DataColorSpace::Lab if has_table => Some(profile),
        // The curve of a gray profile then leads to L*, which another curve turns into the Y of XYZ.
        DataColorSpace::Lab => {
            let lightness = profile.gray_trc.as_ref()?.make_linear_evaluator().ok()?;
            let last = f32::from(CURVE_POINTS - 1);
            let curve =
                (0..CURVE_POINTS).map(|point| wide(luminance(lightness.evaluate_value(f32::from(point) / last))));
            profile.gray_trc = Some(moxcms::ToneReprCurve::Lut(curve.collect()));
            profile.pcs = DataColorSpace::Xyz;
            Some(profile)
        }
        _ => None,
    }
}

/// Y of a lightness, both from 0 to 1 (CIE 15:2018, 8.2.1).
fn luminance(lightness: f32) -> f32 {
    let f = (lightness * 100.0 + 16.0) / 116.0;
    if f > 6.0 / 29.0 {
        f.powi(3)
    } else {
        (f - 4.0 / 29.0) * 3.0 * (6.0_f32 / 29.0).powi(2)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float is clamped to sixteen bits"
)]
fn wide(value: f32) -> u16 {
    (value * f32::from(u16::MAX) + 0.5) as u16
}

/// Untagged gray and RGB are sRGB by convention. Untagged ink is taken as perfect: it absorbs its complement and
/// nothing else, `red = (1 - cyan) * (1 - black)`. Brighter than print, but there is no press that all programs
/// imitate.
fn without_profile(mut raster: Raster) -> Raster {
    match raster.layout {
        Layout::Gray | Layout::Rgb | Layout::Rgba => return raster,
        Layout::GrayAlpha => raster.layout = Layout::Rgba,
        Layout::Cmyk => {
            for pixel in raster.samples.chunks_exact_mut(PIXEL_BYTES) {
                let paper = u32::from(u8::MAX - pixel[3]);
                for channel in &mut pixel[..3] {
                    let light = (u32::from(u8::MAX - *channel) * paper + 127) / 255;
                    *channel = u8::try_from(light).unwrap_or(u8::MAX);
                }
            }
            raster.layout = Layout::Rgb;
        }
    }
    raster
}
