//! PNG in all its kinds, some of them written byte by byte.

use domain::thumbnails::ports::{PhotoRefused, ThumbnailFormat, ThumbnailRenderer};
use imaging::Renderer;
use png::{BitDepth, ColorType};

use crate::fixtures::{OWN_SIZE, assert_near, assert_quadrants, exif, own_size, quadrants, refusal, render};

/// Writes a PNG with the `png` crate.
fn written(
    (width, height): (u32, u32),
    color: ColorType,
    depth: BitDepth,
    samples: &[u8],
    configure: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    configure(&mut encoder);
    encoder.write_header().unwrap().write_image_data(samples).unwrap();
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

pub(crate) fn chunk(kind: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut body = kind.to_vec();
    body.extend(payload);
    let mut bytes = (payload.len() as u32).to_be_bytes().to_vec();
    bytes.extend(&body);
    bytes.extend(crc(&body).to_be_bytes());
    bytes
}

/// A zlib stream of stored blocks.
pub(crate) fn stored(data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x01, 0x01];
    let length = data.len() as u16;
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(data);
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), &byte| {
        let low = (low + u32::from(byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    bytes.extend((high << 16 | low).to_be_bytes());
    bytes
}

/// A PNG by hand: header fields, other chunks, filtered rows.
pub(crate) fn by_hand(
    size: (u32, u32),
    depth: u8,
    color: u8,
    interlace: u8,
    chunks: &[Vec<u8>],
    rows: &[u8],
) -> Vec<u8> {
    let mut header = size.0.to_be_bytes().to_vec();
    header.extend(size.1.to_be_bytes());
    header.extend([depth, color, 0, 0, interlace]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(*b"IHDR", &header));
    bytes.extend(chunks.concat());
    bytes.extend(chunk(*b"IDAT", &stored(rows)));
    bytes.extend(chunk(*b"IEND", b""));
    bytes
}

#[test]
fn sixteen_bits_are_rounded_to_eight() {
    let samples: Vec<u8> = std::iter::repeat_n([0x12, 0xF0, 0x80, 0x00, 0xFF, 0x7E], 40 * 30)
        .flatten()
        .collect();
    let photo = written((40, 30), ColorType::Rgb, BitDepth::Sixteen, &samples, |_| {});
    assert_near(own_size(&photo).get_pixel(20, 15).0, [19, 128, 254], 2, "sixteen bits");
}

#[test]
fn gray_with_alpha_becomes_a_png() {
    for depth in [BitDepth::Eight, BitDepth::Sixteen] {
        let sample: &[u8] = if depth == BitDepth::Eight {
            &[90, 128]
        } else {
            &[90, 90, 128, 128]
        };
        let samples = sample.repeat(40 * 30);
        let photo = written((40, 30), ColorType::GrayscaleAlpha, depth, &samples, |_| {});
        let rendering = render(&photo, &[OWN_SIZE]);
        assert_eq!(rendering.thumbnails[0].format, ThumbnailFormat::Png);
        assert_eq!(own_size(&photo).get_pixel(3, 3).0, [90, 90, 90, 128]);
    }
}

#[test]
fn few_bits_of_gray_and_palettes_are_spread_out() {
    // One bit: 1010... ; a row of eight pixels is a byte.
    let gray = written((8, 8), ColorType::Grayscale, BitDepth::One, &[0b1111_0000; 8], |_| {});
    assert_near(own_size(&gray).get_pixel(1, 4).0, [255; 3], 4, "white half");
    assert_near(own_size(&gray).get_pixel(6, 4).0, [0; 3], 4, "black half");

    let palette: Vec<u8> = [[200, 40, 40], [40, 60, 200]].concat();
    for (depth, row) in [
        (BitDepth::Two, vec![0, 0b0101_0101]),
        (BitDepth::Four, vec![0, 0, 0x11, 0x11]),
    ] {
        let photo = written((8, 8), ColorType::Indexed, depth, &row.repeat(8), |encoder| {
            encoder.set_palette(palette.clone());
        });
        assert_near(own_size(&photo).get_pixel(1, 4).0, [200, 40, 40], 12, "first colour");
        assert_near(own_size(&photo).get_pixel(6, 4).0, [40, 60, 200], 12, "second colour");
    }
}

#[test]
fn transparency_of_palettes_and_of_a_colour_key_is_kept() {
    let palette = written(
        (8, 8),
        ColorType::Indexed,
        BitDepth::Eight,
        &[0, 0, 0, 0, 1, 1, 1, 1].repeat(8),
        |encoder| {
            encoder.set_palette(vec![200, 40, 40, 40, 60, 200]);
            encoder.set_trns(vec![255, 0]);
        },
    );
    let found = own_size(&palette);
    assert_eq!(found.get_pixel(1, 4).0, [200, 40, 40, 255]);
    assert_eq!(found.get_pixel(6, 4).0[3], 0);

    let rows: Vec<u8> = [0, 9, 9, 9, 1, 2, 3].repeat(2);
    let key = by_hand((2, 2), 8, 2, 0, &[chunk(*b"tRNS", &[0, 9, 0, 9, 0, 9])], &rows);
    assert_eq!(own_size(&key).get_pixel(0, 1).0[3], 0);
    assert_eq!(own_size(&key).get_pixel(1, 0).0, [1, 2, 3, 255]);

    let gray_key = by_hand((2, 1), 8, 0, 0, &[chunk(*b"tRNS", &[0, 9])], &[0, 9, 100]);
    assert_eq!(own_size(&gray_key).get_pixel(0, 0).0[3], 0);
    assert_eq!(own_size(&gray_key).get_pixel(1, 0).0, [100, 100, 100, 255]);
}

#[test]
fn the_passes_of_an_interlaced_picture_are_assembled() {
    const PASSES: [(usize, usize, usize, usize); 7] = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];
    let picture = quadrants(21, 19);
    let mut rows = Vec::new();
    for (left, top, across, down) in PASSES {
        for y in (top..19).step_by(down) {
            rows.push(0);
            for x in (left..21).step_by(across) {
                rows.extend(picture.get_pixel(x as u32, y as u32).0);
            }
        }
    }
    let photo = by_hand((21, 19), 8, 2, 1, &[], &rows);
    let found = own_size(&photo);
    assert_eq!(found.dimensions(), (21, 19));
    assert_quadrants(&found, "interlaced");
}

#[test]
fn the_orientation_of_exif_counts_here_too() {
    let rows: Vec<u8> = [[0, 200, 40, 40, 40, 60, 200]; 1].concat();
    let photo = by_hand((2, 1), 8, 2, 0, &[chunk(*b"eXIf", &exif(6))], &rows);
    let rendering = render(&photo, &[OWN_SIZE]);
    assert_eq!((rendering.width_px, rendering.height_px), (1, 2));
}

#[test]
fn every_flipped_bit_is_noticed_or_changes_nothing() {
    let samples: Vec<u8> = (0..24 * 24 * 3).map(|index| (index * 7 % 251) as u8).collect();
    let photo = written((24, 24), ColorType::Rgb, BitDepth::Eight, &samples, |encoder| {
        encoder
            .add_text_chunk("Comment".to_owned(), "nothing".to_owned())
            .unwrap();
    });
    let expected = render(&photo, &[128]);
    // Kind, content and checksum of the text.
    let text = photo.windows(4).position(|window| window == b"tEXt").unwrap();
    let of_text = text..text + 4 + "Comment\0nothing".len() + 4;
    for at in 8..photo.len() {
        let mut changed = photo.clone();
        changed[at] ^= 0x10;
        match Renderer::default().render(&changed, &[128]) {
            Ok(found) => {
                assert!(of_text.contains(&at), "byte {at}");
                assert_eq!(found, expected, "byte {at}");
            }
            Err(
                PhotoRefused::Damaged { .. } | PhotoRefused::TooManyPixels { .. } | PhotoRefused::Unsupported { .. },
            ) => {}
            Err(other) => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn a_wrong_checksum_over_the_pixels_is_noticed() {
    let mut wrong = by_hand((2, 1), 8, 2, 0, &[], &[0, 1, 2, 3, 4, 5, 6]);
    let adler = wrong.windows(4).position(|window| window == b"IDAT").unwrap() + 4 + 7 + 7;
    wrong[adler] ^= 1;
    // The chunk's own checksum is made to fit, so that only the inner one is wrong.
    let start = adler - 7 - 7 - 4;
    let sum = crc(&wrong[start..adler + 4]).to_be_bytes();
    wrong[adler + 4..adler + 8].copy_from_slice(&sum);
    assert!(matches!(refusal(&wrong), PhotoRefused::Damaged { .. }));
}

#[test]
fn rows_that_are_shrunk_as_they_come_and_rows_that_are_not_give_the_same_picture() {
    let (width, height) = (611, 407);
    let samples: Vec<u8> = (0..width * height)
        .flat_map(|index| {
            let (x, y) = (index % width, index / width);
            [(x / 3) as u8, (y / 2) as u8, 90, if x < 300 { 255 } else { 128 }]
        })
        .collect();
    let plain = written((width, height), ColorType::Rgba, BitDepth::Eight, &samples, |_| {});
    let wide: Vec<u8> = samples.iter().flat_map(|&sample| [sample, sample]).collect();
    let sixteen = written((width, height), ColorType::Rgba, BitDepth::Sixteen, &wide, |_| {});
    // The largest size decides whether rows are shrunk; the smaller picture is made either way.
    let at_once = |photo: &[u8]| crate::fixtures::decoded(&render(photo, &[100, 611]).thumbnails[0]);
    let shrunk = |photo: &[u8]| crate::fixtures::decoded(&render(photo, &[100]).thumbnails[0]);
    let expected = at_once(&plain);
    for photo in [&plain, &sixteen] {
        for (found, expected) in shrunk(photo).pixels().zip(expected.pixels()) {
            for channel in 0..4 {
                assert!(
                    found[channel].abs_diff(expected[channel]) <= 3,
                    "{found:?} for {expected:?}"
                );
            }
        }
    }
}
