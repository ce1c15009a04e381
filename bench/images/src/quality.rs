//! Measures how close a thumbnail is to one that was made without shortcuts, by SSIMULACRA2: 100 is identical, 90 is
//! hard to distinguish.

use std::path::Path;

use image::RgbaImage;
use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, compute_frame_ssimulacra2};

use bench_kit::trouble::Trouble;

/// What shows through where a picture is transparent; the worse of the two counts, as in the metric's own tool.
const BACKGROUNDS: [u8; 2] = [0, 255];

pub(crate) fn of(found: &Path, reference: &Path) -> Result<f64, Trouble> {
    let (found, reference) = (read(found)?, read(reference)?);
    if found.dimensions() != reference.dimensions() {
        let (sizes, expected) = (found.dimensions(), reference.dimensions());
        return Err(Trouble::new("compare", format!("{sizes:?} is not {expected:?}")));
    }
    let mut worst = f64::INFINITY;
    for background in BACKGROUNDS {
        let trouble = |reason: &dyn std::fmt::Display| Trouble::new("compare", reason);
        let score = compute_frame_ssimulacra2(over(&reference, background)?, over(&found, background)?)
            .map_err(|reason| trouble(&reason))?;
        worst = worst.min(score);
    }
    Ok(worst)
}

fn read(path: &Path) -> Result<RgbaImage, Trouble> {
    match image::open(path) {
        Ok(picture) => Ok(picture.into_rgba8()),
        Err(reason) => Err(Trouble::new(path.display(), reason)),
    }
}

fn over(picture: &RgbaImage, background: u8) -> Result<Rgb, Trouble> {
    let blend = |channel: u8, alpha: u8| {
        let part = f32::from(alpha) / 255.0;
        (f32::from(channel) * part + f32::from(background) * (1.0 - part)) / 255.0
    };
    let pixels = picture.pixels().map(|pixel| {
        let [red, green, blue, alpha] = pixel.0;
        [red, green, blue].map(|channel| blend(channel, alpha))
    });
    Rgb::new(
        pixels.collect(),
        picture.width() as usize,
        picture.height() as usize,
        TransferCharacteristic::SRGB,
        ColorPrimaries::BT709,
    )
    .map_err(|reason| Trouble::new("compare", reason))
}
