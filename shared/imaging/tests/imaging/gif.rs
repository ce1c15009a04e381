//! GIF in all its kinds, written byte by byte: what follows the first frame does not matter, and the first is whole.

use domain::thumbnails::ports::{PhotoRefused, ThumbnailFormat};

use crate::fixtures::{OWN_SIZE, assert_near, own_size, refusal, render};

/// Two colours, and a palette of four.
const RED: [u8; 3] = [200, 40, 40];
const BLUE: [u8; 3] = [40, 60, 200];
const TABLE: [u8; 12] = [200, 40, 40, 40, 60, 200, 0, 255, 0, 9, 9, 9];
const HAS_TABLE_OF_FOUR: u8 = 0x81;
const TRAILER: &[u8] = &[0x3B];

fn header((width, height): (u16, u16), table: &[u8]) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend([if table.is_empty() { 0 } else { HAS_TABLE_OF_FOUR }, 0, 0]);
    bytes.extend(table);
    bytes
}

/// Numbers of the palette as codes of three bits each: a clear code before every two, so that codes never grow.
fn compressed(numbers: &[u8]) -> Vec<u8> {
    const CLEAR: u32 = 4;
    const END: u32 = 5;
    let mut codes = Vec::new();
    for pair in numbers.chunks(2) {
        codes.push(CLEAR);
        codes.extend(pair.iter().map(|&number| u32::from(number)));
    }
    codes.push(END);
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for code in codes {
        bits |= code << count;
        count += 3;
        while count >= 8 {
            bytes.push(bits as u8);
            bits >>= 8;
            count -= 8;
        }
    }
    bytes.push(bits as u8);
    bytes
}

/// The left half of the first number, the right half of the second.
fn frame((left, top): (u16, u16), (width, height): (u16, u16), halves: [u8; 2]) -> Vec<u8> {
    let mut bytes = vec![0x2C];
    for side in [left, top, width, height] {
        bytes.extend(side.to_le_bytes());
    }
    bytes.extend([0, 2]);
    let numbers: Vec<u8> = (0..height)
        .flat_map(|_| (0..width).map(|x| halves[usize::from(x >= width / 2)]))
        .collect();
    for block in compressed(&numbers).chunks(100) {
        bytes.push(block.len() as u8);
        bytes.extend(block);
    }
    bytes.push(0);
    bytes
}

fn plain() -> Vec<u8> {
    [header((8, 6), &TABLE), frame((0, 0), (8, 6), [0, 1])].concat()
}

fn assert_halves(photo: &[u8], what: &str) {
    let found = own_size(photo);
    let (width, height) = found.dimensions();
    assert_near(found.get_pixel(0, height / 2).0, RED, 10, &format!("{what}, left"));
    assert_near(
        found.get_pixel(width - 1, height / 2).0,
        BLUE,
        10,
        &format!("{what}, right"),
    );
}

fn is_damaged(photo: &[u8]) -> bool {
    matches!(refusal(photo), PhotoRefused::Damaged { .. })
}

#[test]
fn what_follows_the_first_frame_does_not_matter() {
    let second = frame((0, 0), (8, 6), [2, 3]);
    for (rest, what) in [
        (TRAILER.to_vec(), "a trailer"),
        (vec![], "nothing"),
        (vec![0], "a zero"),
        (vec![0; 50], "zeros"),
        (b"\r\n".to_vec(), "a line end"),
        (b"<html>".to_vec(), "text"),
        (vec![0x21, 0xFE, 90, 1], "half an extension"),
        ([&second[..], TRAILER].concat(), "a second frame"),
        (second[..12].to_vec(), "half a second frame"),
        ([&[0][..], &second].concat(), "a zero and a second frame"),
    ] {
        assert_halves(&[plain(), rest].concat(), what);
    }
    // The last sub-block need not be followed by its terminator either: every pixel is there.
    assert_halves(&plain()[..plain().len() - 1], "no terminator");
}

#[test]
fn a_first_frame_that_is_cut_is_damaged() {
    let whole = plain();
    // Without terminator and the last code, which may lie in two bytes.
    for length in 6..whole.len() - 3 {
        assert!(is_damaged(&whole[..length]), "{length} of {}", whole.len());
        let closed = [&whole[..length], &[0], TRAILER].concat();
        assert!(is_damaged(&closed), "{length} of {} and a trailer", whole.len());
    }
    assert!(
        is_damaged(&[header((8, 6), &TABLE), TRAILER.to_vec()].concat()),
        "no frame"
    );
    assert!(
        is_damaged(&[header((8, 6), &TABLE), frame((0, 0), (8, 0), [0, 1])].concat()),
        "a frame without pixels"
    );
}

#[test]
fn extensions_are_passed_whatever_they_are() {
    for (extension, what) in [
        (vec![0x21, 0x99, 3, 1, 2, 3, 0], "an unknown label"),
        (vec![0x21, 0x00, 0], "label zero, empty"),
        (vec![0x21, 0xFE, 2, b'h', b'i', 0], "a comment"),
        (vec![0x21, 0x01, 1, 1, 0], "a plain text that is too short"),
        (vec![0x21, 0xF9, 2, 1, 1, 0], "a graphic control that is too short"),
        (vec![0x21, 0xFF, 3, 1, 1, 1, 0], "an application without a name"),
        (vec![0, 0], "zeros"),
    ] {
        let photo = [
            header((8, 6), &TABLE),
            extension,
            frame((0, 0), (8, 6), [0, 1]),
            TRAILER.to_vec(),
        ]
        .concat();
        assert_halves(&photo, what);
    }
    let control = vec![0x21, 0xF9, 4, 1, 0, 0, 0, 0];
    let photo = [header((8, 6), &TABLE), control, frame((0, 0), (8, 6), [0, 1])].concat();
    let found = own_size(&photo);
    assert_eq!(
        (found.get_pixel(0, 0).0[3], found.get_pixel(7, 0).0[3]),
        (0, 255),
        "transparency counts"
    );
}

#[test]
fn the_canvas_reaches_as_far_as_the_first_frame() {
    for (screen, place, expected) in [
        ((4, 3), (0, 0), (8, 6)),
        ((0, 0), (0, 0), (8, 6)),
        ((0, 6), (0, 0), (8, 6)),
        ((8, 6), (3, 2), (11, 8)),
        ((20, 4), (0, 0), (20, 6)),
    ] {
        let photo = [header(screen, &TABLE), frame(place, (8, 6), [0, 1]), TRAILER.to_vec()].concat();
        let rendering = render(&photo, &[OWN_SIZE]);
        assert_eq!(
            (rendering.width_px, rendering.height_px),
            expected,
            "{screen:?} {place:?}"
        );
        let found = own_size(&photo);
        let (left, top) = (u32::from(place.0), u32::from(place.1));
        assert_near(found.get_pixel(left, top).0, RED, 10, "left");
        assert_near(found.get_pixel(left + 7, top + 5).0, BLUE, 10, "right");
    }
    // The limits look at the extended size.
    let photo = [header((1, 1), &TABLE), frame((65_535, 65_535), (8, 6), [0, 1])].concat();
    assert!(matches!(refusal(&photo), PhotoRefused::TooManyPixels { .. }));
}

#[test]
fn a_number_without_a_colour_is_black_and_a_file_without_colours_gray() {
    let two = [&TABLE[..6], &[0; 0]].concat();
    let mut photo = header((8, 6), &two);
    photo[10] = 0x80;
    let photo = [photo, frame((0, 0), (8, 6), [0, 3])].concat();
    let rendering = render(&photo, &[OWN_SIZE]);
    assert_eq!(rendering.thumbnails[0].format, ThumbnailFormat::Jpeg);
    let found = own_size(&photo);
    assert_near(found.get_pixel(0, 3).0, RED, 10, "in the palette");
    assert_near(found.get_pixel(7, 3).0, [0; 3], 10, "beyond the palette");
    let gray = own_size(&[header((8, 6), &[]), frame((0, 0), (8, 6), [0, 3])].concat());
    assert_near(gray.get_pixel(0, 3).0, [0; 3], 2, "the first number");
    assert_near(gray.get_pixel(7, 3).0, [3; 3], 2, "the fourth number");
}

#[test]
fn a_frame_that_is_reduced_row_by_row_is_the_same_picture() {
    let photo = [header((300, 200), &TABLE), frame((0, 0), (300, 200), [0, 1])].concat();
    assert_halves(&photo, "whole");
    let rendering = render(&photo, &[30]);
    let found = crate::fixtures::decoded(&rendering.thumbnails[0]);
    assert_near(found.get_pixel(3, 10).0, RED, 10, "left");
    assert_near(found.get_pixel(26, 10).0, BLUE, 10, "right");
}
