//! Makes all sizes from one decoded picture.

use domain::thumbnails::ports::PhotoRefused;
use imaging_resize::{Resizer, ShapeFault};

use crate::decoded::Pixels;
#[cfg(feature = "fast-codecs")]
use crate::planar::Planar;
use crate::raster::Raster;
#[cfg(feature = "fast-codecs")]
use crate::{raster::PIXEL_BYTES, resample};

/// A picture serves as the source of a smaller one when it is at least this many times as large: with less, the second
/// filter visibly softens what the first has left.
const CHAIN_RATIO_MIN: u32 = 2;

/// Width and height for a longest side of `size_px`. Never larger than the original, never without a pixel.
pub(crate) fn fit(width_px: u32, height_px: u32, size_px: u32) -> (u32, u32) {
    let longest = width_px.max(height_px);
    if longest <= size_px || longest == 0 {
        return (width_px, height_px);
    }
    let side = |side_px: u32| {
        // Rounded to the nearest.
        let scaled = (u64::from(side_px) * u64::from(size_px) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(size_px).max(1)
    };
    (side(width_px), side(height_px))
}

/// One picture for each of `targets`, in their order. The targets must be distinct, and come from [`fit`].
pub(crate) fn scale(original: Pixels, targets: &[(u32, u32)]) -> Result<Vec<Raster>, PhotoRefused> {
    // Everything else was decoded smaller than the original.
    let own_size = if let Pixels::Raster(raster) = &original {
        Some(raster.size())
    } else {
        None
    };
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(longest(targets[index])));

    // Kept apart: premultiplying and dividing again would cost the unscaled picture its faint colours.
    let unscaled = if let Pixels::Raster(raster) = &original {
        targets.contains(&raster.size()).then(|| raster.clone())
    } else {
        None
    };
    let mut source = match original {
        Pixels::Raster(raster) => Pixels::Raster(premultiplied(raster)?),
        reduced @ Pixels::Shrunk(_) => reduced,
        #[cfg(feature = "fast-codecs")]
        reduced @ Pixels::Planar(_) => reduced,
    };
    let mut resizer = Resizer::new();
    let mut made: Vec<(usize, Raster)> = Vec::with_capacity(targets.len());
    for index in order {
        let target = targets[index];
        if Some(target) == own_size {
            continue;
        }
        let wanted = longest(target).saturating_mul(CHAIN_RATIO_MIN);
        // The pictures were made from large to small, so the last that is large enough is the cheapest source.
        let from = made
            .iter_mut()
            .rev()
            .map(|(_, raster)| raster)
            .find(|raster| longest(raster.size()) >= wanted);
        let picture = match (from, &mut source) {
            (Some(raster), _) | (None, Pixels::Raster(raster)) => {
                let reach = (f64::from(raster.width_px), f64::from(raster.height_px));
                resized(&mut resizer, raster, reach, target)?
            }
            (None, Pixels::Shrunk(shrunk)) => resized(&mut resizer, &mut shrunk.raster, shrunk.reach, target)?,
            #[cfg(feature = "fast-codecs")]
            (None, Pixels::Planar(planar)) => resized_planes(planar, target),
        };
        made.push((index, picture));
    }

    let mut pictures = Vec::with_capacity(targets.len());
    for (index, picture) in made {
        pictures.push((index, divided(picture)?));
    }
    if let (Some(unscaled), Some(index)) = (unscaled, targets.iter().position(|&target| Some(target) == own_size)) {
        pictures.push((index, unscaled));
    }
    pictures.sort_by_key(|(index, _)| *index);
    Ok(pictures.into_iter().map(|(_, picture)| picture).collect())
}

fn longest((width_px, height_px): (u32, u32)) -> u32 {
    width_px.max(height_px)
}

fn resized(
    resizer: &mut Resizer,
    source: &mut Raster,
    reach: (f64, f64),
    (width_px, height_px): (u32, u32),
) -> Result<Raster, PhotoRefused> {
    let layout = source.layout;
    let samples = resizer
        .resize(pixels(source), reach, (width_px, height_px))
        .map_err(|reason| unscalable(&reason))?;
    Ok(Raster {
        width_px,
        height_px,
        layout,
        samples,
    })
}

/// Scales each channel from the size it has, and makes pixels of them when there are few.
#[cfg(feature = "fast-codecs")]
fn resized_planes(source: &Planar, (width_px, height_px): (u32, u32)) -> Raster {
    let (width, height) = (width_px as usize, height_px as usize);
    let mut pixels = vec![[0.0; PIXEL_BYTES]; width * height];
    for (channel, plane) in source.planes.iter().enumerate() {
        for (pixel, sample) in pixels.iter_mut().zip(resample::lanczos3(plane, width, height)) {
            pixel[channel] = sample;
        }
    }
    Raster {
        width_px,
        height_px,
        layout: source.layout(),
        samples: pixels.into_iter().flat_map(|pixel| source.model.pixel(pixel)).collect(),
    }
}

fn pixels(raster: &mut Raster) -> imaging_resize::Pixels<'_> {
    imaging_resize::Pixels {
        width_px: raster.width_px,
        height_px: raster.height_px,
        samples: &mut raster.samples,
    }
}

/// Without this, the invisible colour of transparent pixels bleeds into the visible edge. In place, because a copy of
/// the original may be 400 MB.
fn premultiplied(mut raster: Raster) -> Result<Raster, PhotoRefused> {
    if raster.layout.has_alpha() {
        imaging_resize::premultiply(pixels(&mut raster)).map_err(|reason| unscalable(&reason))?;
    }
    Ok(raster)
}

fn divided(mut raster: Raster) -> Result<Raster, PhotoRefused> {
    if raster.layout.has_alpha() {
        imaging_resize::unpremultiply(pixels(&mut raster)).map_err(|reason| unscalable(&reason))?;
    }
    Ok(raster)
}

/// Cannot happen for a raster of a decoder; said rather than dropped.
fn unscalable(reason: &ShapeFault) -> PhotoRefused {
    PhotoRefused::Unsupported {
        feature: format!("a shape that cannot be scaled ({reason})"),
    }
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn the_longest_side_becomes_the_size() {
        assert_eq!(fit(4032, 3024, 256), (256, 192));
        assert_eq!(fit(3024, 4032, 256), (192, 256));
        assert_eq!(fit(6000, 4000, 1024), (1024, 683));
    }

    #[test]
    fn a_smaller_original_keeps_its_size() {
        assert_eq!(fit(100, 60, 128), (100, 60));
        assert_eq!(fit(128, 60, 128), (128, 60));
    }

    #[test]
    fn a_thread_keeps_one_pixel() {
        assert_eq!(fit(65_535, 1, 128), (128, 1));
    }
}
