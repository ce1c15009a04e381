//! Files with a fault that does not concern the picture look as other programs show them.
//!
//! The expected colours are those that Pillow and libvips show; where they differ, those of the one that is named.

use domain::thumbnails::ports::ThumbnailFormat;

use crate::fixtures::{OWN_SIZE, decoded, render};

type Rgba = [u8; 4];

struct Case {
    name: &'static str,
    file: &'static [u8],
    size: (u32, u32),
    /// At a quarter and three quarters of width and height, row by row.
    corners: [Rgba; 4],
}

macro_rules! case {
    ($name:literal, $size:expr, $corners:expr) => {
        Case {
            name: $name,
            file: include_bytes!(concat!("../fixtures/", $name)),
            size: $size,
            corners: $corners,
        }
    };
}

/// Quantization of bytes to palettes and coefficients.
const TOLERANCE: u8 = 16;

const PHOTO: [Rgba; 4] = [
    [88, 93, 169, 255],
    [182, 97, 130, 255],
    [88, 173, 147, 255],
    [20, 159, 40, 255],
];
const PALETTE: [Rgba; 4] = [
    [72, 95, 175, 255],
    [178, 110, 128, 255],
    [96, 171, 143, 255],
    [20, 160, 40, 255],
];
const TURNED: [Rgba; 4] = [
    [91, 173, 150, 255],
    [86, 95, 170, 255],
    [20, 159, 40, 255],
    [181, 93, 134, 255],
];
const LARGE: (u32, u32) = (240, 160);
const SMALL: (u32, u32) = (96, 64);

const BLACK: Rgba = [0, 0, 0, 255];
const INVISIBLE: Rgba = [255, 255, 255, 0];

fn cases() -> [Case; 23] {
    [
        case!("apng-gap.png", SMALL, PHOTO),
        case!("cicp-narrow.png", SMALL, PHOTO),
        // As Pillow: libvips assumes a profile where there is none.
        case!("cmyk-noadobe.jpg", LARGE, PHOTO),
        case!("dnl-same.jpg", LARGE, PHOTO),
        case!("exif-long.jpg", (160, 240), TURNED),
        case!("extra-data-before-eoi.jpg", LARGE, PHOTO),
        case!(
            "ga-iccgray.png",
            SMALL,
            [
                [167, 167, 167, 64],
                [187, 187, 187, 193],
                [199, 199, 199, 64],
                [171, 171, 171, 193]
            ]
        ),
        case!("gif-ext-99.gif", SMALL, PALETTE),
        case!("gif-larger.gif", SMALL, PALETTE),
        // As Pillow: libvips shows black.
        case!(
            "gif-nopal.gif",
            SMALL,
            [
                [27, 27, 27, 255],
                [20, 20, 20, 255],
                [12, 12, 12, 255],
                [15, 15, 15, 255]
            ]
        ),
        case!("gif-notrailer.gif", SMALL, PALETTE),
        case!(
            "gray-icc-CIEL.png",
            SMALL,
            [
                [91, 91, 91, 255],
                [118, 118, 118, 255],
                [137, 137, 137, 255],
                [96, 96, 96, 255]
            ]
        ),
        case!("gray1-trns-00ff.png", SMALL, [BLACK, BLACK, INVISIBLE, BLACK]),
        case!("junk-before-dqt-2.jpg", LARGE, PHOTO),
        case!("nodht-avi1-422.jpg", LARGE, PHOTO),
        case!(
            "plte-47.png",
            SMALL,
            [
                [75, 103, 172, 255],
                [188, 90, 134, 255],
                [82, 173, 147, 255],
                [20, 160, 40, 255]
            ]
        ),
        case!("samsung-noeoi-sef.jpg", LARGE, PHOTO),
        // As libvips and browsers: Pillow refuses it.
        case!("text-badcrc.png", SMALL, PHOTO),
        case!("webp-1x64.webp", (1, 64), [[219, 19, 60, 255]; 4]),
        case!("webp-exifflag-none.webp", LARGE, PHOTO),
        case!("ycc-dup-ids-111.jpg", LARGE, PHOTO),
        case!("ycc-jfif-then-adobe0.jpg", LARGE, PHOTO),
        case!("webp-2x40.webp", (2, 40), [[219, 19, 60, 255]; 4]),
    ]
}

/// Without `fast-codecs`, what the decoders of others make of it.
#[expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "names of the list above"
)]
fn needs_our_decoders(name: &str) -> bool {
    name.ends_with(".jpg") && name != "exif-long.jpg"
}

#[test]
fn every_case_looks_as_other_programs_show_it() {
    for case in cases() {
        if cfg!(not(feature = "fast-codecs")) && needs_our_decoders(case.name) {
            continue;
        }
        let rendering = render(case.file, &[OWN_SIZE]);
        assert_eq!((rendering.width_px, rendering.height_px), case.size, "{}", case.name);
        let thumbnail = &rendering.thumbnails[0];
        let is_opaque = case.corners.iter().all(|corner| corner[3] == 255);
        assert_eq!(thumbnail.format == ThumbnailFormat::Jpeg, is_opaque, "{}", case.name);
        let picture = decoded(thumbnail);
        let (width, height) = case.size;
        let places = [(1, 1), (3, 1), (1, 3), (3, 3)];
        for ((across, down), expected) in places.into_iter().zip(case.corners) {
            let found = picture.get_pixel(width * across / 4, height * down / 4).0;
            assert!(
                found
                    .iter()
                    .zip(expected)
                    .all(|(&found, expected)| found.abs_diff(expected) <= TOLERANCE),
                "{} at {across}, {down}: {found:?}, expected {expected:?}",
                case.name
            );
        }
    }
}

#[test]
fn every_case_can_be_reduced() {
    for case in cases() {
        if cfg!(not(feature = "fast-codecs")) && needs_our_decoders(case.name) {
            continue;
        }
        let rendering = render(case.file, &[16, 24]);
        let sizes = rendering
            .thumbnails
            .iter()
            .map(|thumbnail| thumbnail.width_px.max(thumbnail.height_px));
        assert_eq!(sizes.collect::<Vec<_>>(), [16, 24], "{}", case.name);
    }
}
