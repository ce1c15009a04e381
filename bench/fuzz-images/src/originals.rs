//! Which photos are damaged? One of every kind, small, and those that were given.

use std::io::Cursor;
use std::path::PathBuf;

use image::{ImageFormat, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::chance::Chance;

const WIDTH: u16 = 67;
const HEIGHT: u16 = 45;

pub(crate) struct Original {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Original {
    #[cfg(test)]
    pub(crate) fn untouched(&self) -> crate::mutate::Damaged {
        crate::mutate::Damaged {
            origin: self.name.clone(),
            bytes: self.bytes.clone(),
            is_cut: false,
        }
    }
}

/// Ten refinement scans and restart markers, which our encoder does not write; and a lossy WebP.
const FOREIGN: [(&str, &[u8]); 3] = [
    (
        "refined 4:2:0",
        include_bytes!("../../../libs/scaled-jpeg/tests/fixtures/refined-420.jpg"),
    ),
    (
        "refined 4:2:2 with restarts",
        include_bytes!("../../../libs/scaled-jpeg/tests/fixtures/refined-422-restarts.jpg"),
    ),
    ("lossy webp", include_bytes!("../originals/lossy.webp")),
];

pub(crate) fn all(files: &[PathBuf]) -> Result<Vec<Original>, String> {
    let mut originals = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| {
        originals.push(Original {
            name: name.to_owned(),
            bytes,
        });
    };
    for (name, bytes) in FOREIGN {
        add(name, bytes.to_vec());
    }
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_2, SamplingFactor::F_4_1] {
        for progressive in [false, true] {
            for restarts in [0, 3] {
                let name = format!("jpeg {sampling:?}, progressive {progressive}, restarts {restarts}");
                add(&name, jpeg(ColorType::Rgb, sampling, progressive, restarts)?);
            }
        }
    }
    for color in [ColorType::Luma, ColorType::CmykAsYcck] {
        add(
            &format!("jpeg {color:?}"),
            jpeg(color, SamplingFactor::F_1_1, false, 0)?,
        );
    }
    let opaque = RgbImage::from_raw(WIDTH.into(), HEIGHT.into(), grain(3)).ok_or("no picture")?;
    let transparent = RgbaImage::from_raw(WIDTH.into(), HEIGHT.into(), grain(4)).ok_or("no picture")?;
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let mut bytes = Cursor::new(Vec::new());
        let written = opaque.write_to(&mut bytes, format);
        written.map_err(|reason| reason.to_string())?;
        add(&format!("{format:?}"), bytes.into_inner());
        let mut bytes = Cursor::new(Vec::new());
        let written = transparent.write_to(&mut bytes, format);
        written.map_err(|reason| reason.to_string())?;
        add(&format!("{format:?} with alpha"), bytes.into_inner());
    }
    for file in files {
        let bytes = std::fs::read(file).map_err(|reason| format!("{}: {reason}", file.display()))?;
        originals.push(Original {
            name: file.display().to_string(),
            bytes,
        });
    }
    Ok(originals)
}

/// Detail everywhere, so that no part of a file is idle.
fn grain(channels: usize) -> Vec<u8> {
    let mut chance = Chance::of(7, 7);
    let count = usize::from(WIDTH) * usize::from(HEIGHT) * channels;
    let sample = |index: usize| u8::try_from(index / 97 % 190).unwrap_or(0);
    (0..count).map(|index| sample(index) + (chance.byte() & 63)).collect()
}

fn jpeg(color: ColorType, sampling: SamplingFactor, progressive: bool, restarts: u16) -> Result<Vec<u8>, String> {
    let channels = match color {
        ColorType::Luma => 1,
        ColorType::CmykAsYcck => 4,
        _ => 3,
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 85);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder.set_restart_interval(restarts);
    encoder
        .encode(&grain(channels), WIDTH, HEIGHT, color)
        .map_err(|reason| reason.to_string())?;
    Ok(bytes)
}
