//! The photos that are damaged: a small one of every kind, and those that were given.

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
            cut_from: None,
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
    for (name, bytes) in pngs()? {
        add(name, bytes);
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

/// Colours and depths that the encoder of `image` does not write, with the chunks that go with them.
fn pngs() -> Result<Vec<(&'static str, Vec<u8>)>, String> {
    use png::{BitDepth, ColorType};
    let palette: Vec<u8> = (0..=255).flat_map(|level| [level, 255 - level, 90]).collect();
    let kinds = [
        (
            "png, palette of 256",
            ColorType::Indexed,
            BitDepth::Eight,
            1,
            Some(vec![255, 0, 128]),
        ),
        ("png, palette of 16", ColorType::Indexed, BitDepth::Four, 1, None),
        ("png, one bit", ColorType::Grayscale, BitDepth::One, 1, Some(vec![0, 1])),
        ("png, gray", ColorType::Grayscale, BitDepth::Eight, 1, Some(vec![0, 77])),
        (
            "png, gray with alpha",
            ColorType::GrayscaleAlpha,
            BitDepth::Eight,
            2,
            None,
        ),
        (
            "png, transparent colour",
            ColorType::Rgb,
            BitDepth::Eight,
            3,
            Some(vec![0, 1, 0, 2, 0, 3]),
        ),
        ("png, sixteen bits", ColorType::Rgba, BitDepth::Sixteen, 4, None),
    ];
    let mut pngs = Vec::new();
    for (name, color, depth, channels, transparency) in kinds {
        let mut info = png::Info::with_size(WIDTH.into(), HEIGHT.into());
        (info.color_type, info.bit_depth) = (color, depth);
        info.trns = transparency.map(Into::into);
        info.icc_profile = Some(b"no profile".to_vec().into());
        info.exif_metadata = Some(
            b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
                .to_vec()
                .into(),
        );
        if color == ColorType::Indexed {
            let colors = 1 << (depth as usize);
            info.palette = Some(palette[..3 * colors].to_vec().into());
        }
        let row_bytes = (usize::from(WIDTH) * channels * depth as usize).div_ceil(8);
        let samples: Vec<u8> = grain(8)
            .into_iter()
            .cycle()
            .take(row_bytes * usize::from(HEIGHT))
            .collect();
        let mut bytes = Vec::new();
        let write = || -> Result<(), png::EncodingError> {
            let mut writer = png::Encoder::with_info(&mut bytes, info)?.write_header()?;
            writer.write_image_data(&samples)?;
            writer.finish()
        };
        write().map_err(|reason| reason.to_string())?;
        pngs.push((name, bytes));
    }
    Ok(pngs)
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
