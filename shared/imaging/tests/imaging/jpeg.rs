//! JPEG in all its kinds.

use domain::thumbnails::ports::PhotoRefused;
use image::{ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, SamplingFactor};

use crate::fixtures::{
    BLUE, GREEN, RED, YELLOW, assert_near, assert_quadrants, difference, exif, jpeg, jpeg_with, noise, own_size,
    quadrants, refusal, render,
};

const ALL_SAMPLINGS: [SamplingFactor; 7] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_4_1,
    SamplingFactor::F_4_2,
    SamplingFactor::F_1_4,
];

#[test]
#[cfg(feature = "fast-codecs")]
fn every_subsampling_is_decoded_at_every_awkward_size() {
    for sampling in ALL_SAMPLINGS {
        for size in [(64, 48), (61, 47), (17, 33), (8, 8), (1, 1), (3, 70)] {
            let picture = RgbImage::from_fn(size.0, size.1, |x, y| image::Rgb([100 + x as u8, 90 + y as u8, 120]));
            for progressive in [false, true] {
                let photo = jpeg_with(picture.as_raw(), size, ColorType::Rgb, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_progressive(progressive);
                });
                let found = own_size(&photo);
                let worst = difference(&found, &picture);
                assert!(worst <= 16, "{sampling:?} {size:?} progressive {progressive}: {worst}");
            }
        }
    }
}

#[test]
fn progressive_and_baseline_give_the_same_bytes() {
    let picture = noise(203, 131);
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
        let encode = |progressive| {
            jpeg_with(picture.as_raw(), (203, 131), ColorType::Rgb, |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
            })
        };
        assert_eq!(
            render(&encode(false), &[64]).thumbnails,
            render(&encode(true), &[64]).thumbnails
        );
    }
}

#[test]
fn a_picture_looks_as_in_another_decoder() {
    let picture = noise(160, 120);
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
        let photo = jpeg_with(picture.as_raw(), (160, 120), ColorType::Rgb, |encoder| {
            encoder.set_sampling_factor(sampling);
        });
        let other = image::load_from_memory_with_format(&photo, ImageFormat::Jpeg)
            .unwrap()
            .into_rgb8();
        // Both go through the same encoder, so that what differs is the decoder.
        let found = own_size(&photo);
        let expected = own_size(&crate::fixtures::encoded_rgb(&other, ImageFormat::Png));
        let expected = image::DynamicImage::ImageRgba8(expected).into_rgb8();
        let worst = difference(&found, &expected);
        assert!(worst <= 24, "{sampling:?}: {worst}");
        let total: u64 = found
            .pixels()
            .zip(expected.pixels())
            .flat_map(|(found, expected)| (0..3).map(|at| u64::from(found[at].abs_diff(expected[at]))))
            .sum();
        assert!(total < 160 * 120 * 3, "{sampling:?}: {total} in all");
    }
}

#[test]
fn restart_markers_and_separate_scans_are_followed() {
    let picture = noise(150, 90);
    let plain = jpeg(&picture);
    let restarting = jpeg_with(picture.as_raw(), (150, 90), ColorType::Rgb, |encoder| {
        encoder.set_restart_interval(3);
    });
    // Optimised tables make this encoder write each channel into a scan of its own.
    let separate = jpeg_with(picture.as_raw(), (150, 90), ColorType::Rgb, |encoder| {
        encoder.set_optimized_huffman_tables(true);
    });
    assert_eq!(render(&plain, &[64]).thumbnails, render(&restarting, &[64]).thumbnails);
    assert_eq!(render(&plain, &[64]).thumbnails, render(&separate, &[64]).thumbnails);
}

#[test]
fn a_gray_picture_stays_gray() {
    let samples: Vec<u8> = (0..90_u32 * 70).map(|index| (index % 90 * 2) as u8).collect();
    for progressive in [false, true] {
        let photo = jpeg_with(&samples, (90, 70), ColorType::Luma, |encoder| {
            encoder.set_progressive(progressive);
        });
        let found = own_size(&photo);
        assert_near(found.get_pixel(20, 30).0, [40, 40, 40], 3, "dark");
        assert_near(found.get_pixel(80, 60).0, [160, 160, 160], 3, "bright");
    }
}

/// EXIF with an orientation of any integer type, and as many values.
fn exif_of_type(kind: u8, values: &[u8], count: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    tiff.extend([0x01, 0x12, 0, kind, 0, 0, 0, count]);
    tiff.extend(values);
    tiff.extend([0; 8]);
    tiff
}

#[test]
fn the_orientation_may_be_any_integer() {
    let picture = stored(&quadrants(96, 64), 6);
    for (kind, values, count, what) in [
        (1, &[6, 0, 0, 0][..], 1, "BYTE"),
        (3, &[0, 6, 0, 0], 1, "SHORT"),
        (4, &[0, 0, 0, 6], 1, "LONG"),
        (9, &[0, 0, 0, 6], 1, "SLONG"),
        (3, &[0, 6, 0, 1], 2, "two of SHORT"),
        (1, &[6, 1, 1, 1], 4, "four of BYTE"),
        // More values than fit lie elsewhere.
        (3, &[0, 0, 0, 26, 0, 0, 0, 0, 0, 6, 0, 6, 0, 6], 3, "three of SHORT"),
    ] {
        let photo = jpeg_with(picture.as_raw(), picture.dimensions(), ColorType::Rgb, |encoder| {
            encoder.add_exif_metadata(&exif_of_type(kind, values, count)).unwrap();
        });
        assert_quadrants(&own_size(&photo), what);
    }
    for (kind, values, count) in [
        (2, [6, 0, 0, 0], 1),
        (5, [0, 0, 0, 6], 1),
        (3, [0, 6, 0, 0], 0),
        (4, [255; 4], 9),
    ] {
        let photo = jpeg_with(picture.as_raw(), picture.dimensions(), ColorType::Rgb, |encoder| {
            encoder.add_exif_metadata(&exif_of_type(kind, &values, count)).unwrap();
        });
        assert_eq!(own_size(&photo).dimensions(), (64, 96), "type {kind}, count {count}");
    }
}

/// By the definition of the tag: which visible side are row 0 and column 0 of what is stored?
fn stored(upright: &RgbImage, orientation: u16) -> RgbImage {
    let (width, height) = upright.dimensions();
    let (stored_width, stored_height) = if orientation >= 5 {
        (height, width)
    } else {
        (width, height)
    };
    RgbImage::from_fn(stored_width, stored_height, |column, row| {
        let (x, y) = match orientation {
            1 => (column, row),
            2 => (width - 1 - column, row),
            3 => (width - 1 - column, height - 1 - row),
            4 => (column, height - 1 - row),
            5 => (row, column),
            6 => (width - 1 - row, column),
            7 => (width - 1 - row, height - 1 - column),
            8 => (row, height - 1 - column),
            other => panic!("no orientation {other}"),
        };
        *upright.get_pixel(x, y)
    })
}

#[test]
fn every_orientation_is_turned_upright() {
    for orientation in 1..=8 {
        let picture = stored(&quadrants(96, 64), orientation);
        let photo = jpeg_with(picture.as_raw(), picture.dimensions(), ColorType::Rgb, |encoder| {
            encoder.add_exif_metadata(&exif(orientation)).unwrap();
        });
        for size_px in [48, 4096] {
            let rendering = render(&photo, &[size_px]);
            assert_eq!(
                (rendering.width_px, rendering.height_px),
                (96, 64),
                "orientation {orientation}"
            );
            let thumbnail = &rendering.thumbnails[0];
            let found = crate::fixtures::decoded(thumbnail);
            assert_eq!(found.dimensions(), (thumbnail.width_px, thumbnail.height_px));
            assert_eq!(found.dimensions(), if size_px == 48 { (48, 32) } else { (96, 64) });
            assert_quadrants(&found, &format!("orientation {orientation} at {size_px}"));
        }
    }
}

#[test]
fn a_nonsensical_orientation_counts_as_upright() {
    for orientation in [0, 9, 65_535] {
        let picture = quadrants(96, 64);
        let photo = jpeg_with(picture.as_raw(), (96, 64), ColorType::Rgb, |encoder| {
            encoder.add_exif_metadata(&exif(orientation)).unwrap();
        });
        assert_quadrants(&own_size(&photo), "nonsense");
    }
}

#[test]
fn adobes_marker_says_rgb_where_no_jfif_segment_says_otherwise() {
    let picture = quadrants(64, 64);
    let with_marker = |color| {
        jpeg_with(picture.as_raw(), (64, 64), color, |encoder| {
            encoder.add_app_segment(14, b"Adobe\0\x64\0\0\0\0\0".to_vec()).unwrap();
        })
    };
    // `Ycbcr` stores the samples as they are.
    let mut stored_as_rgb = with_marker(ColorType::Ycbcr);
    let jfif = stored_as_rgb.windows(4).position(|window| window == b"JFIF").unwrap();
    stored_as_rgb[jfif] = b'?';
    assert_quadrants(&own_size(&stored_as_rgb), "Adobe's marker alone");
    if cfg!(feature = "fast-codecs") {
        assert_quadrants(&own_size(&with_marker(ColorType::Rgb)), "beside a JFIF segment");
    }
}

#[test]
fn ink_without_a_profile_is_converted_plainly() {
    let ink = |[red, green, blue]: [u8; 3]| [255 - red, 255 - green, 255 - blue, 0];
    let samples: Vec<u8> = quadrants(64, 64).pixels().flat_map(|pixel| ink(pixel.0)).collect();
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        for progressive in [false, true] {
            let photo = jpeg_with(&samples, (64, 64), color, |encoder| {
                encoder.set_progressive(progressive);
            });
            assert_quadrants(&own_size(&photo), "ink");
        }
    }
    let half_black: Vec<u8> = std::iter::repeat_n([0, 0, 0, 128], 64 * 64).flatten().collect();
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let photo = jpeg_with(&half_black, (64, 64), color, |_| {});
        assert_near(own_size(&photo).get_pixel(9, 9).0, [127, 127, 127], 3, "half black");
    }
}

#[test]
#[cfg(feature = "fast-codecs")]
fn ink_is_stored_inverted_with_and_without_adobes_marker() {
    for (ink, expected) in [
        ([255, 255, 0, 0], BLUE_OF_INK),
        ([0, 0, 0, 255], [0; 3]),
        ([0; 4], [255; 3]),
    ] {
        let mut photo = jpeg_with(&ink.repeat(16 * 16), (16, 16), ColorType::Cmyk, |_| {});
        assert_near(own_size(&photo).get_pixel(8, 8).0, expected, 3, "with the marker");
        let marker = photo.windows(5).position(|window| window == b"Adobe").unwrap();
        photo[marker] = b'?';
        assert_near(own_size(&photo).get_pixel(8, 8).0, expected, 3, "without the marker");
    }
}

const BLUE_OF_INK: [u8; 3] = [0, 0, 255];

/// Where the frame header of a baseline or progressive picture lies.
pub(crate) fn frame_header(photo: &[u8]) -> usize {
    photo
        .windows(2)
        .position(|window| window == [0xFF, 0xC0] || window == [0xFF, 0xC2])
        .unwrap()
}

#[test]
#[cfg(feature = "fast-codecs")]
fn what_is_not_supported_is_called_by_its_name() {
    let photo = jpeg(&quadrants(32, 32));
    let marker = frame_header(&photo) + 1;
    let with = |at: usize, byte: u8| {
        let mut changed = photo.clone();
        changed[at] = byte;
        refusal(&changed)
    };
    for (refused, name) in [
        (with(marker, 0xC3), "lossless JPEG"),
        (with(marker, 0xC9), "arithmetic coding in a JPEG"),
        (with(marker, 0xCA), "arithmetic coding in a JPEG"),
        (with(marker, 0xC5), "hierarchical JPEG"),
        (with(marker, 0xF7), "JPEG-LS"),
        (with(marker + 3, 12), "12 bits per sample in a JPEG"),
    ] {
        assert_eq!(
            refused,
            PhotoRefused::Unsupported {
                feature: name.to_owned()
            }
        );
    }
}

#[test]
fn colours_of_the_corners_survive_a_reduction() {
    let photo = jpeg(&quadrants(800, 600));
    let rendering = render(&photo, &[128]);
    let found = crate::fixtures::decoded(&rendering.thumbnails[0]);
    for (place, colour) in [((2, 2), RED), ((125, 2), GREEN), ((2, 93), BLUE), ((125, 93), YELLOW)] {
        assert_near(found.get_pixel(place.0, place.1).0, colour, 6, "corner");
    }
}
