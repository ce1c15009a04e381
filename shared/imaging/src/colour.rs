//! How do the colours of a picture become sRGB?

use std::sync::Arc;

use domain::thumbnails::ports::PhotoRefused;
use moxcms::{ColorProfile, DataColorSpace, Layout as ProfileLayout, Transform8BitExecutor, TransformOptions};

use crate::raster::{Layout, PIXEL_BYTES, Raster};

/// The conversion of one photo, applied to each of its thumbnails.
///
/// After scaling, not before: a hundredth of the pixels, and a colour outside sRGB is clipped once it has been averaged
/// with its neighbours, not at every pixel before. The filter works on encoded values either way.
pub(crate) struct ToSrgb {
    transform: Option<Transform>,
}

struct Transform {
    executor: Arc<Transform8BitExecutor>,
    target: Layout,
}

impl ToSrgb {
    /// A profile that is broken, or made for another kind of pixel, counts as absent: browsers do so, the picture itself
    /// is whole, and there is nothing better to show.
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
        let profile = ColorProfile::new_from_slice(icc_profile).ok()?;
        let (expected, source, target) = match layout {
            Layout::Gray => (DataColorSpace::Gray, ProfileLayout::Gray, Layout::Rgb),
            Layout::Rgb => (DataColorSpace::Rgb, ProfileLayout::Rgba, Layout::Rgb),
            Layout::Rgba => (DataColorSpace::Rgb, ProfileLayout::Rgba, Layout::Rgba),
            // Four channels; the profile says which.
            Layout::Cmyk => (DataColorSpace::Cmyk, ProfileLayout::Rgba, Layout::Rgb),
        };
        if profile.color_space != expected {
            return None;
        }
        // Perceptual intent is the default of the options, and what photographs are printed and shown with.
        let executor = profile
            .create_transform_8bit(
                source,
                &ColorProfile::new_srgb(),
                ProfileLayout::Rgba,
                TransformOptions::default(),
            )
            .ok()?;
        Some(Self { executor, target })
    }

    fn apply(&self, raster: &Raster) -> Result<Raster, PhotoRefused> {
        let mut samples = vec![0; raster.samples.len()];
        let applied = if raster.layout == Layout::Gray {
            let luma: Vec<u8> = raster.samples.chunks_exact(PIXEL_BYTES).map(|pixel| pixel[0]).collect();
            self.executor.transform(&luma, &mut samples)
        } else {
            self.executor.transform(&raster.samples, &mut samples)
        };
        applied.map_err(|reason| PhotoRefused::Unsupported {
            feature: format!("a colour profile that cannot be applied ({reason})"),
        })?;
        Ok(Raster {
            width_px: raster.width_px,
            height_px: raster.height_px,
            layout: self.target,
            samples,
        })
    }
}

/// Untagged gray and RGB are sRGB by convention. Untagged ink is taken as perfect: it absorbs its complement and nothing
/// else, `red = (1 - cyan) * (1 - black)`. Brighter than print, but no press is known to imitate.
fn without_profile(mut raster: Raster) -> Raster {
    if raster.layout != Layout::Cmyk {
        return raster;
    }
    for pixel in raster.samples.chunks_exact_mut(PIXEL_BYTES) {
        let paper = u32::from(u8::MAX - pixel[3]);
        for channel in &mut pixel[..3] {
            let light = (u32::from(u8::MAX - *channel) * paper + 127) / 255;
            *channel = u8::try_from(light).unwrap_or(u8::MAX);
        }
    }
    Raster {
        layout: Layout::Rgb,
        ..raster
    }
}
