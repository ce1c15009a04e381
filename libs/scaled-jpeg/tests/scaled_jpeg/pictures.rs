//! Pictures made on the spot, and a few that only libjpeg writes.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use scaled_jpeg::{Decoder, JpegError, Picture, Scale};

pub(crate) const SAMPLINGS: [SamplingFactor; 7] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_4_1,
    SamplingFactor::F_4_2,
    SamplingFactor::F_1_4,
];

/// Sides around whole blocks and whole units of every sampling.
pub(crate) const SIZES: [(u16, u16); 7] = [(1, 1), (8, 8), (9, 7), (16, 17), (33, 65), (61, 47), (131, 70)];

/// The same coefficients in one scan and, by `jpegtran`, in ten that refine each other. The encoder of the other tests
/// writes progressive pictures without refinement.
pub(crate) const REFINED: [(&str, &[u8], &[u8]); 2] = [
    (
        "4:2:0",
        include_bytes!("../fixtures/sequential-420.jpg"),
        include_bytes!("../fixtures/refined-420.jpg"),
    ),
    (
        "4:2:2 with restarts",
        include_bytes!("../fixtures/sequential-422-restarts.jpg"),
        include_bytes!("../fixtures/refined-422-restarts.jpg"),
    ),
];

/// Soft slopes and waves, as in a photo, far from black and white: nothing is clipped, so that means are comparable.
pub(crate) fn waves((width, height): (u16, u16)) -> Vec<u8> {
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (f64::from(x), f64::from(y));
            let wave = (x / 9.0).sin() * (y / 11.0).cos();
            samples.extend([
                (128.0 + 50.0 * wave) as u8,
                (110.0 + 0.3 * x + 0.2 * y) as u8,
                (120.0 - 40.0 * wave) as u8,
            ]);
        }
    }
    samples
}

/// Detail everywhere, so that no part of the file is idle.
pub(crate) fn grain((width, height): (u16, u16)) -> Vec<u8> {
    let mut chance = Chance::new(7);
    let count = usize::from(width) * usize::from(height) * 3;
    (0..count)
        .map(|index| (60 + index % 90) as u8 + (chance.below(64)) as u8)
        .collect()
}

pub(crate) fn jpeg(samples: &[u8], size: (u16, u16), configure: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    jpeg_of(samples, size, ColorType::Rgb, configure)
}

pub(crate) fn jpeg_of(
    samples: &[u8],
    (width, height): (u16, u16),
    color: ColorType,
    configure: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    configure(&mut encoder);
    encoder.encode(samples, width, height, color).unwrap();
    bytes
}

/// One of every kind of file, with detail in it.
pub(crate) fn kinds(size: (u16, u16)) -> Vec<(&'static str, Vec<u8>)> {
    let samples = grain(size);
    let with = |configure: fn(&mut Encoder<&mut Vec<u8>>)| jpeg(&samples, size, configure);
    let mut kinds = vec![
        ("baseline", with(|_| {})),
        (
            "4:2:0",
            with(|encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2)),
        ),
        ("restarts", with(|encoder| encoder.set_restart_interval(2))),
        ("progressive", with(|encoder| encoder.set_progressive(true))),
        (
            "progressive with restarts",
            with(|encoder| {
                encoder.set_progressive(true);
                encoder.set_restart_interval(3);
            }),
        ),
        (
            "separate scans",
            with(|encoder| encoder.set_optimized_huffman_tables(true)),
        ),
        (
            "gray",
            jpeg_of(&samples[..samples.len() / 3], size, ColorType::Luma, |_| {}),
        ),
    ];
    for (name, sequential, refined) in REFINED {
        kinds.push((name, sequential.to_vec()));
        kinds.push((name, refined.to_vec()));
    }
    kinds
}

pub(crate) fn is_progressive(file: &[u8]) -> bool {
    file.windows(2).any(|pair| pair == [0xFF, 0xC2])
}

/// Marker, start and end of the segments up to the first scan header, which is the last of them.
pub(crate) fn segments(file: &[u8]) -> Vec<(u8, usize, usize)> {
    let mut segments = Vec::new();
    let mut at = 2;
    loop {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        segments.push((file[at + 1], at, end));
        if file[at + 1] == 0xDA {
            return segments;
        }
        at = end;
    }
}

/// Leaves out the segments that `is_left_out` chooses by marker and start.
pub(crate) fn without_segments(file: &[u8], is_left_out: impl Fn(u8, usize) -> bool) -> Vec<u8> {
    let mut rest = file[..2].to_vec();
    let mut end_of_all = 2;
    for (marker, start, end) in segments(file) {
        if !is_left_out(marker, start) {
            rest.extend(&file[start..end]);
        }
        end_of_all = end;
    }
    rest.extend(&file[end_of_all..]);
    rest
}

pub(crate) fn decode(mut file: &[u8], scale: Scale) -> Result<Picture, JpegError> {
    Decoder::new(&mut file).decode(scale)
}

/// Arithmetic that looks like chance, and is the same every time.
pub(crate) struct Chance(u32);

impl Chance {
    pub(crate) fn new(seed: u32) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % limit
    }
}
