//! Which chunks of a PNG matter to its thumbnail, and what damage in each of them does.

use domain::thumbnails::ports::PhotoRefused;

use crate::fixtures::{assert_near, exif, own_size, refusal, render};
use crate::png::{by_hand, chunk, stored};

const SIZE: (u32, u32) = (2, 1);
/// A filter byte, then red and blue.
const ROWS: [u8; 7] = [0, 200, 40, 40, 40, 60, 200];
const RGB: u8 = 2;
const GRAY: u8 = 0;
const PALETTE: u8 = 3;

fn with(chunks: &[Vec<u8>]) -> Vec<u8> {
    by_hand(SIZE, 8, RGB, 0, chunks, &ROWS)
}

fn wrong_checksum(mut chunk: Vec<u8>) -> Vec<u8> {
    let last = chunk.len() - 1;
    chunk[last] ^= 1;
    chunk
}

fn is_damaged(photo: &[u8]) -> bool {
    matches!(refusal(photo), PhotoRefused::Damaged { .. })
}

/// A profile without content: name, method, and a zlib stream of nothing that a reader could use.
fn profile() -> Vec<u8> {
    chunk(*b"iCCP", &[&b"name\0\0"[..], &stored(b"no profile")].concat())
}

#[test]
fn damage_in_a_chunk_that_no_thumbnail_needs_does_no_harm() {
    let expected = render(&with(&[]), &[64]);
    let chunks = [
        chunk(*b"cICP", &[1, 13, 0, 2]),
        chunk(*b"cICP", &[]),
        chunk(*b"bKGD", &[1]),
        chunk(*b"gAMA", &[0; 9]),
        chunk(*b"sRGB", &[77]),
        chunk(*b"cHRM", &[255; 3]),
        chunk(*b"sBIT", &[0; 20]),
        chunk(*b"pHYs", &[]),
        chunk(*b"tIME", &[99; 40]),
        chunk(*b"hIST", &[1]),
        chunk(*b"PLTE", &[1, 2, 3, 4]),
        chunk(*b"zTXt", b"no end of a keyword"),
        chunk(*b"acTL", &[0]),
        chunk(*b"fcTL", &[0; 26]),
        chunk(*b"fdAT", &[9; 9]),
        chunk(*b"teSt", b"of nobody"),
        profile(),
        wrong_checksum(chunk(*b"eXIf", &exif(6))),
        wrong_checksum(profile()),
    ];
    for odd in chunks {
        let name = String::from_utf8_lossy(&odd[4..8]).into_owned();
        assert_eq!(render(&with(std::slice::from_ref(&odd)), &[64]), expected, "{name}");
        assert_eq!(
            render(&with(&[odd.clone(), odd.clone()]), &[64]),
            expected,
            "{name} twice"
        );
        if &odd[4..8] != b"eXIf" {
            let damaged = wrong_checksum(odd.clone());
            assert_eq!(render(&with(&[damaged]), &[64]), expected, "{name}, its checksum wrong");
        }
        // Behind the pixels, before the end.
        let mut behind = with(&[]);
        let end = behind.len() - 12;
        behind.splice(end..end, odd);
        assert_eq!(render(&behind, &[64]), expected, "{name} behind the pixels");
    }
}

#[test]
fn damage_in_a_chunk_that_the_picture_needs_refuses_it() {
    let palette = chunk(*b"PLTE", &[200, 40, 40, 40, 60, 200]);
    let of_palette = |palette: Vec<u8>| by_hand(SIZE, 8, PALETTE, 0, &[palette], &[0, 0, 1]);
    render(&of_palette(palette.clone()), &[64]);
    assert!(is_damaged(&of_palette(wrong_checksum(palette.clone()))), "palette");
    assert!(is_damaged(&by_hand(SIZE, 8, PALETTE, 0, &[], &[0, 0, 1])), "no palette");
    assert!(
        is_damaged(&with(&[wrong_checksum(chunk(*b"tRNS", &[0; 6]))])),
        "transparency"
    );
    assert!(is_damaged(&with(&[chunk(*b"a\0cd", b"")])), "not a chunk name");
    let whole = with(&[]);
    for (name, kind) in [("header", b"IHDR"), ("pixels", b"IDAT"), ("end", b"IEND")] {
        let at = whole.windows(4).position(|window| window == kind).unwrap();
        let length = u32::from_be_bytes([whole[at - 4], whole[at - 3], whole[at - 2], whole[at - 1]]) as usize;
        let mut changed = whole.clone();
        changed[at + 4 + length] ^= 1;
        assert_eq!(
            refusal(&changed),
            PhotoRefused::Damaged {
                detail: "a part of the PNG does not match its checksum".to_owned()
            },
            "{name}"
        );
        let without = [&whole[..at - 4], &whole[at + 8 + length..]].concat();
        assert!(is_damaged(&without), "without {name}");
    }
    let pixels = whole.windows(4).position(|window| window == b"IDAT").unwrap() - 4;
    let mut interrupted = whole[..pixels].to_vec();
    let data = &whole[pixels + 8..whole.len() - 16];
    interrupted.extend(chunk(*b"IDAT", &data[..5]));
    let apart = [&interrupted[..], &chunk(*b"IDAT", &data[5..]), &chunk(*b"IEND", b"")].concat();
    assert_eq!(render(&apart, &[64]), render(&whole, &[64]));
    interrupted.extend(chunk(*b"tEXt", b"between\0them"));
    interrupted.extend(chunk(*b"IDAT", &data[5..]));
    interrupted.extend(chunk(*b"IEND", b""));
    assert!(is_damaged(&interrupted), "a chunk within the pixels");
    let text = chunk(*b"tEXt", &[b'x'; 300]);
    let photo = with(std::slice::from_ref(&text));
    for cut in 1..20 {
        assert!(is_damaged(&photo[..photo.len() * cut / 20]), "{cut} twentieths");
    }
}

#[test]
fn a_palette_of_any_length_is_no_reason_to_fail() {
    for bytes in [4, 5, 7, 47, 767, 768, 769, 771, 900, 4_000] {
        let mut colors = vec![200, 40, 40];
        colors.resize(bytes, 90);
        let photo = by_hand(SIZE, 8, PALETTE, 0, &[chunk(*b"PLTE", &colors)], &[0, 0, 0]);
        assert_near(
            own_size(&photo).get_pixel(0, 0).0,
            [200, 40, 40],
            6,
            &format!("{bytes} bytes"),
        );
    }
    for bytes in 0..3 {
        let photo = by_hand(SIZE, 8, PALETTE, 0, &[chunk(*b"PLTE", &vec![7; bytes])], &[0, 0, 0]);
        assert!(is_damaged(&photo), "{bytes} bytes");
    }
}

#[test]
fn bits_of_a_transparent_colour_beyond_the_depth_mean_nothing() {
    for (depth, value, level) in [(1, 1, 255), (2, 3, 255), (4, 15, 255), (8, 9, 9)] {
        let row = [0, if depth == 8 { 9 } else { 0xFF }, 0xFF];
        let row = if depth == 8 { &row[..] } else { &row[..2] };
        for noise in [0, 0xFF00, 0x5500, 0xA0F0_u16] {
            let beyond_the_depth = !((1_u16 << depth) - 1);
            let transparent = (value | noise & beyond_the_depth).to_be_bytes();
            let photo = by_hand(SIZE, depth, GRAY, 0, &[chunk(*b"tRNS", &transparent)], row);
            let found = own_size(&photo).get_pixel(0, 0).0;
            assert_eq!(found, [level, level, level, 0], "{depth} bits, {transparent:?}");
        }
    }
    let key = [0x7F, 200, 0x01, 40, 0x80, 40];
    let found = own_size(&with(&[chunk(*b"tRNS", &key)]));
    assert_eq!(found.get_pixel(0, 0).0[3], 0);
    assert_eq!(found.get_pixel(1, 0).0, [40, 60, 200, 255]);
}

#[test]
fn transparency_that_does_not_fit_counts_as_absent() {
    let key = chunk(*b"tRNS", &[0, 200, 0, 40, 0, 40]);
    for (odd, what) in [
        (vec![chunk(*b"tRNS", &[0, 200])], "too short"),
        (vec![chunk(*b"tRNS", &[0; 7])], "too long"),
        (vec![chunk(*b"tRNS", &[])], "empty"),
    ] {
        let found = own_size(&with(&odd));
        assert_near(found.get_pixel(0, 0).0, [200, 40, 40], 40, what);
        assert_eq!(found.get_pixel(0, 0).0[3], 255, "{what}");
    }
    let mut behind = with(&[]);
    let end = behind.len() - 12;
    behind.splice(end..end, key.clone());
    assert_eq!(own_size(&behind).get_pixel(0, 0).0[3], 255, "behind the pixels");
    let twice = own_size(&with(&[key, chunk(*b"tRNS", &[0, 40, 0, 60, 0, 200])]));
    assert_eq!(
        (twice.get_pixel(0, 0).0[3], twice.get_pixel(1, 0).0[3]),
        (0, 255),
        "the first counts"
    );
}

/// The picture of an animation is its default image, whatever its frames are.
#[test]
fn a_broken_animation_leaves_the_default_image() {
    let expected = render(&with(&[]), &[64]);
    let frame = |number: u8| {
        let mut content = vec![0, 0, 0, number];
        content.extend([0, 0, 0, 2, 0, 0, 0, 1]);
        content.extend([0; 14]);
        chunk(*b"fcTL", &content)
    };
    let data = |number: u8| chunk(*b"fdAT", &[&[0, 0, 0, number][..], &stored(&ROWS)].concat());
    let animation = chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    for (before, behind) in [
        (vec![animation.clone(), frame(0)], vec![frame(1), data(2)]),
        (vec![animation.clone(), frame(0)], vec![frame(5), data(4)]),
        (vec![animation.clone()], vec![data(7)]),
        (vec![frame(3), animation], vec![frame(1), wrong_checksum(data(2))]),
    ] {
        let mut photo = with(&before);
        let end = photo.len() - 12;
        photo.splice(end..end, behind.concat());
        assert_eq!(render(&photo, &[64]), expected);
    }
}
