//! Colours end up as sRGB, and without the profile that described them.

use image::ImageFormat;
use jpeg_encoder::ColorType;
use moxcms::{ColorProfile, DataColorSpace, LutDataType, LutStore, LutType, LutWarehouse, Matrix3d, ProfileClass};

use crate::fixtures::{OWN_SIZE, assert_near, encoded_rgb, jpeg_with, own_size, quadrants, render};

const COLOUR: [u8; 3] = [190, 110, 80];

fn jpeg_of(pixel: &[u8], color: ColorType, profile: Option<&[u8]>) -> Vec<u8> {
    let samples = pixel.repeat(32 * 32);
    jpeg_with(&samples, (32, 32), color, |encoder| {
        if let Some(profile) = profile {
            encoder.add_icc_profile(profile).unwrap();
        }
    })
}

fn png_of(pixel: [u8; 3], profile: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut info = png::Info::with_size(32, 32);
    info.color_type = png::ColorType::Rgb;
    info.bit_depth = png::BitDepth::Eight;
    info.icc_profile = Some(profile.into());
    let encoder = png::Encoder::with_info(&mut bytes, info).unwrap();
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&pixel.repeat(32 * 32))
        .unwrap();
    bytes
}

/// The expected values are computed from the primaries and curves of the two standards, in floating point.
#[test]
fn display_p3_and_adobe_rgb_are_converted() {
    for (profile, expected) in [
        (ColorProfile::new_display_p3(), [203, 105, 73]),
        (ColorProfile::new_adobe_rgb(), [214, 110, 77]),
        (ColorProfile::new_srgb(), COLOUR),
    ] {
        let profile = profile.encode().unwrap();
        let photo = jpeg_of(&COLOUR, ColorType::Rgb, Some(&profile));
        assert_near(own_size(&photo).get_pixel(9, 9).0, expected, 3, "JPEG");
        let photo = png_of(COLOUR, profile);
        assert_near(own_size(&photo).get_pixel(9, 9).0, expected, 3, "PNG");
    }
}

#[test]
fn a_colour_outside_srgb_is_clipped() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let photo = jpeg_of(&[0, 255, 0], ColorType::Rgb, Some(&profile));
    assert_near(own_size(&photo).get_pixel(9, 9).0, [0, 255, 0], 4, "green");
}

#[test]
fn the_curve_of_a_gray_profile_is_applied() {
    let profile = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let photo = jpeg_of(&[55], ColorType::Luma, Some(&profile));
    assert_near(own_size(&photo).get_pixel(9, 9).0, [128, 128, 128], 3, "linear gray");
}

fn transparent_gray(samples: &[u8], profile: &ColorProfile, transparent: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut info = png::Info::with_size(32, 32);
    info.color_type = if transparent.is_some() {
        png::ColorType::Grayscale
    } else {
        png::ColorType::GrayscaleAlpha
    };
    info.bit_depth = png::BitDepth::Eight;
    info.icc_profile = Some(profile.encode().unwrap().into());
    info.trns = transparent.map(|level| vec![0, level].into());
    let encoder = png::Encoder::with_info(&mut bytes, info).unwrap();
    encoder.write_header().unwrap().write_image_data(samples).unwrap();
    bytes
}

#[test]
fn the_curve_of_a_gray_profile_is_applied_beside_transparency() {
    let linear = ColorProfile::new_gray_with_gamma(1.0);
    let mut samples = [55, 128].repeat(32 * 32);
    samples[..2].copy_from_slice(&[55, 255]);
    let with_alpha = transparent_gray(&samples, &linear, None);
    assert_eq!(own_size(&with_alpha).get_pixel(9, 9).0[3], 128);
    assert_near(own_size(&with_alpha).get_pixel(9, 9).0, [128; 3], 3, "with alpha");
    let reduced = crate::fixtures::decoded(&render(&with_alpha, &[4]).thumbnails[0]);
    assert_near(reduced.get_pixel(2, 2).0, [128; 3], 4, "reduced");

    let mut samples = [55].repeat(32 * 32);
    samples[0] = 9;
    let with_key = transparent_gray(&samples, &linear, Some(9));
    assert_eq!(own_size(&with_key).get_pixel(0, 0).0[3], 0);
    assert_near(
        own_size(&with_key).get_pixel(9, 9).0,
        [128; 3],
        3,
        "with a transparent level",
    );
}

#[test]
fn a_gray_curve_may_lead_to_lightness() {
    // L* is 50 at half of the range: 18.4 % of the light, which sRGB stores as 119.
    let mut profile = ColorProfile::new_gray_with_gamma(1.0);
    profile.pcs = DataColorSpace::Lab;
    for (level, expected) in [(0, 0), (128, 119), (255, 255)] {
        let photo = jpeg_of(&[level], ColorType::Luma, Some(&profile.encode().unwrap()));
        assert_near(own_size(&photo).get_pixel(9, 9).0, [expected; 3], 2, "lightness");
    }
    let mut squared = ColorProfile::new_gray_with_gamma(2.0);
    squared.pcs = DataColorSpace::Lab;
    // A quarter of the range: L* 25.
    let photo = jpeg_of(&[128], ColorType::Luma, Some(&squared.encode().unwrap()));
    assert_near(own_size(&photo).get_pixel(9, 9).0, [60; 3], 3, "squared");
}

#[test]
fn a_profile_that_cannot_be_evaluated_counts_as_absent() {
    for profile in [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb()] {
        for space in [DataColorSpace::Lab, DataColorSpace::Luv, DataColorSpace::Rgb] {
            let mut odd = profile.clone();
            odd.pcs = space;
            let photo = jpeg_of(&COLOUR, ColorType::Rgb, Some(&odd.encode().unwrap()));
            assert_near(own_size(&photo).get_pixel(9, 9).0, COLOUR, 3, "as if without");
        }
    }
}

#[test]
fn a_profile_that_does_not_fit_is_ignored() {
    let gray = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let broken = vec![7; 500];
    for profile in [gray, broken] {
        let photo = jpeg_of(&COLOUR, ColorType::Rgb, Some(&profile));
        assert_near(own_size(&photo).get_pixel(9, 9).0, COLOUR, 3, "as if without");
    }
}

/// A press that prints cyan ink red, so that the profile's work differs from the plain conversion. `darkest` is the
/// lightness of its black.
fn odd_press(darkest: f64) -> Vec<u8> {
    // Two grid points for each ink, cyan changing slowest; L*a*b* in the encoding of ICC version 2.
    let mut grid = Vec::new();
    for corner in 0..16 {
        let (cyan, black) = (corner & 8 != 0, corner & 1 != 0);
        let (lightness, a, b) = match (cyan, black) {
            (_, true) => (darkest, 0.0, 0.0),
            (true, false) => (50.0, 60.0, 40.0),
            (false, false) => (100.0, 0.0, 0.0),
        };
        let wide = |value: f64| value.round() as u16;
        grid.extend([
            wide(lightness * 65_280.0 / 100.0),
            wide((a + 128.0) * 256.0),
            wide((b + 128.0) * 256.0),
        ]);
    }
    let straight = |channels: usize| LutStore::Store16([0, u16::MAX].repeat(channels));
    let lut = LutWarehouse::Lut(LutDataType {
        num_input_channels: 4,
        num_output_channels: 3,
        num_clut_grid_points: 2,
        matrix: Matrix3d::IDENTITY,
        num_input_table_entries: 2,
        num_output_table_entries: 2,
        input_table: straight(4),
        clut_table: LutStore::Store16(grid),
        output_table: straight(3),
        lut_type: LutType::Lut16,
    });
    let mut profile = ColorProfile::new_srgb();
    profile.color_space = DataColorSpace::Cmyk;
    profile.pcs = DataColorSpace::Lab;
    profile.profile_class = ProfileClass::OutputDevice;
    profile.cicp = None;
    (profile.red_trc, profile.green_trc, profile.blue_trc) = (None, None, None);
    profile.lut_a_to_b_perceptual = Some(lut.clone());
    profile.lut_a_to_b_colorimetric = Some(lut);
    profile.encode().unwrap()
}

#[test]
#[cfg(feature = "fast-codecs")]
fn ink_is_converted_by_its_profile() {
    let profile = odd_press(0.0);
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let photo = jpeg_of(&[255, 0, 0, 0], color, Some(&profile));
        let found = own_size(&photo).get_pixel(9, 9).0;
        // L* 50, a* 60, b* 40 is a strong red.
        assert_near(found, [211, 57, 56], 12, "cyan ink of the odd press");
        let photo = jpeg_of(&[0, 0, 0, 0], color, Some(&profile));
        assert_near(own_size(&photo).get_pixel(9, 9).0, [255, 255, 255], 3, "paper");
        let photo = jpeg_of(&[0, 0, 0, 255], color, Some(&profile));
        assert_near(own_size(&photo).get_pixel(9, 9).0, [0, 0, 0], 3, "black");
    }
}

/// The numbers follow from the lightness: L* 20 is 3 % of the light, and half of the ink L* 60.
#[test]
#[cfg(feature = "fast-codecs")]
fn the_darkest_ink_is_shown_as_black() {
    const VERSION_AT: usize = 8;
    let mut profile = odd_press(20.0);
    profile[VERSION_AT..VERSION_AT + 4].copy_from_slice(&[2, 0x40, 0, 0]);
    let shown = |ink: [u8; 4], profile: &[u8]| {
        own_size(&jpeg_of(&ink, ColorType::Cmyk, Some(profile)))
            .get_pixel(9, 9)
            .0
    };
    assert_near(shown([255; 4], &profile), [0; 3], 3, "all inks");
    assert_near(shown([0, 0, 0, 255], &profile), [0; 3], 3, "black");
    assert_near(shown([0, 0, 0, 128], &profile), [139; 3], 3, "half of black");
    assert_near(shown([0; 4], &profile), [255; 3], 3, "paper");
    // The black of a profile of version 4 is that of its standard, which is darker.
    profile[VERSION_AT..VERSION_AT + 4].copy_from_slice(&[4, 0x20, 0, 0]);
    assert_near(shown([0, 0, 0, 255], &profile), [45; 3], 3, "black of version 4");
}

#[test]
fn no_output_carries_metadata() {
    let picture = quadrants(64, 48);
    let photo = jpeg_with(picture.as_raw(), (64, 48), ColorType::Rgb, |encoder| {
        encoder.add_exif_metadata(&crate::fixtures::exif(1)).unwrap();
        encoder
            .add_icc_profile(&ColorProfile::new_display_p3().encode().unwrap())
            .unwrap();
        encoder
            .add_app_segment(1, b"http://ns.adobe.com/xap/1.0/\0<secret/>".to_vec())
            .unwrap();
    });
    let opaque = &render(&photo, &[OWN_SIZE]).thumbnails[0];
    let mut rest = &opaque.bytes[2..];
    while rest[1] != 0xDA {
        assert!(matches!(rest[1], 0xC0 | 0xC4 | 0xDB | 0xE0), "segment {:#04x}", rest[1]);
        rest = &rest[2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]))..];
    }

    let mut transparent = image::DynamicImage::ImageRgb8(picture).into_rgba8();
    transparent.get_pixel_mut(0, 0).0[3] = 0;
    let photo = crate::fixtures::encoded(&transparent, ImageFormat::Png);
    let png = &render(&photo, &[OWN_SIZE]).thumbnails[0];
    let mut rest = &png.bytes[8..];
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        assert!(
            matches!(&tail[..4], b"IHDR" | b"IDAT" | b"IEND"),
            "chunk {:?}",
            &tail[..4]
        );
        rest = &tail[8 + u32::from_be_bytes(*length) as usize..];
    }
    assert_eq!(encoded_rgb(&quadrants(2, 2), ImageFormat::Png)[..8], png.bytes[..8]);
}
