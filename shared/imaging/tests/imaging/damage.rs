//! A damaged file is refused, whatever is missing, and never shown in part.

use domain::thumbnails::ports::{PhotoRefused, ThumbnailRenderer};
use image::ImageFormat;
use imaging::Renderer;
use jpeg_encoder::{ColorType, SamplingFactor};

use crate::fixtures::{encoded, encoded_rgb, jpeg, jpeg_with, noise, refusal, render};
use crate::jpeg::frame_header;
use crate::other_formats::{LOSSY_WEBP, animated_gif, animated_webp};

fn jpegs() -> Vec<(&'static str, Vec<u8>)> {
    let picture = noise(200, 150);
    let with = |color, configure: fn(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)| {
        let samples = picture.as_raw();
        let width = if color == ColorType::Cmyk { 150 } else { 200 };
        jpeg_with(samples, (width, 150), color, configure)
    };
    vec![
        ("baseline", with(ColorType::Rgb, |_| {})),
        (
            "4:2:0",
            with(ColorType::Rgb, |encoder| {
                encoder.set_sampling_factor(SamplingFactor::F_2_2);
            }),
        ),
        (
            "restarts",
            with(ColorType::Rgb, |encoder| encoder.set_restart_interval(4)),
        ),
        (
            "progressive",
            with(ColorType::Rgb, |encoder| encoder.set_progressive(true)),
        ),
        (
            "separate scans",
            with(ColorType::Rgb, |encoder| encoder.set_optimized_huffman_tables(true)),
        ),
        ("ink", with(ColorType::Cmyk, |_| {})),
    ]
}

pub(crate) fn files() -> Vec<(&'static str, Vec<u8>)> {
    let picture = noise(120, 90);
    let mut transparent = image::DynamicImage::ImageRgb8(picture.clone()).into_rgba8();
    transparent.get_pixel_mut(7, 7).0[3] = 9;
    let mut files = jpegs();
    files.extend([
        ("png", encoded_rgb(&picture, ImageFormat::Png)),
        ("png with alpha", encoded(&transparent, ImageFormat::Png)),
        ("lossless webp", encoded_rgb(&picture, ImageFormat::WebP)),
        ("webp with alpha", encoded(&transparent, ImageFormat::WebP)),
        ("lossy webp", LOSSY_WEBP.to_vec()),
        ("animated webp", animated_webp()),
        ("gif", encoded(&transparent, ImageFormat::Gif)),
        ("animated gif", animated_gif()),
    ]);
    files
}

/// How much of a file its picture needs. A sequential JPEG says by its blocks that it is whole, a GIF by its first
/// frame.
pub(crate) fn needed_bytes(name: &str, photo: &[u8]) -> usize {
    let is_gif = photo.starts_with(b"GIF");
    let end_of_first_frame = |photo: &[u8]| photo.windows(2).position(|pair| pair == [0, 0x21]).unwrap();
    match name {
        "progressive" => photo.len(),
        "animated gif" => photo.len() - 64 + end_of_first_frame(&photo[photo.len() - 64..]),
        _ if is_gif || photo.starts_with(&[0xFF, 0xD8]) => photo.len() - 2,
        _ => photo.len(),
    }
}

/// Those that are refused when a part of them is missing. Without `fast-codecs`, that is not noticed in a JPEG.
pub(crate) fn files_held_to_their_end() -> Vec<(&'static str, Vec<u8>)> {
    let mut files = files();
    if cfg!(not(feature = "fast-codecs")) {
        files.drain(..jpegs().len());
    }
    files
}

fn assert_damaged(photo: &[u8], what: &str) {
    match Renderer::default().render(photo, &[128]) {
        Err(PhotoRefused::Damaged { .. }) => {}
        other => panic!("{what}: {:?}", other.map(|rendering| rendering.thumbnails.len())),
    }
}

#[test]
fn a_file_cut_anywhere_is_damaged() {
    for (name, photo) in files_held_to_their_end() {
        render(&photo, &[128]);
        let needed = needed_bytes(name, &photo);
        for length in (1..20).map(|twentieth| (needed * twentieth / 20).max(12)) {
            assert_damaged(&photo[..length], &format!("{name}, {length} of {needed} bytes"));
        }
        assert_damaged(&photo[..needed - 1], &format!("{name} without its last byte"));
        assert_eq!(render(&photo[..needed], &[128]), render(&photo, &[128]), "{name}");
    }
}

#[test]
#[cfg(feature = "fast-codecs")]
fn an_end_marker_behind_a_cut_does_not_make_a_picture_whole() {
    for (name, photo) in jpegs() {
        let pixels = frame_header(&photo).min(photo.len());
        for twentieth in 1..20 {
            let length = photo.len() * twentieth / 20;
            if length < pixels {
                continue;
            }
            let mut cut = photo[..length].to_vec();
            // Half an escape sequence would swallow the marker.
            if cut.ends_with(&[0xFF]) {
                cut.pop();
            }
            cut.extend([0xFF, 0xD9]);
            // Progressive scans are complete pictures one after the other, each finer than the last. A cut
            // exactly between two of them has made a coarser picture, not a damaged one; no twentieth does.
            assert_damaged(&cut, &format!("{name}, {twentieth}/20"));
        }
    }
}

#[test]
#[cfg(feature = "fast-codecs")]
fn a_hole_in_the_data_is_noticed() {
    for (name, photo) in jpegs().into_iter().filter(|(name, _)| *name != "progressive") {
        let middle = photo.len() * 3 / 4;
        let mut holed = photo[..middle].to_vec();
        holed.extend(&photo[middle + 700..]);
        assert_damaged(&holed, name);
    }
}

#[test]
fn bytes_after_the_end_of_a_jpeg_do_no_harm() {
    let mut photo = jpeg(&noise(64, 48));
    let alone = render(&photo, &[32]);
    // Cameras append previews and videos there.
    photo.extend([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]);
    assert_eq!(render(&photo, &[32]), alone);
}

#[test]
#[cfg(feature = "fast-codecs")]
fn structures_that_contradict_themselves_are_damaged() {
    let photo = jpeg(&noise(64, 48));
    let header = frame_header(&photo);
    let length = 2 + usize::from(u16::from_be_bytes([photo[header + 2], photo[header + 3]]));
    let mut twice = photo[..header + length].to_vec();
    twice.extend(&photo[header..]);
    assert_damaged(&twice, "two frame headers");
    let mut without = photo[..header].to_vec();
    without.extend(&photo[header + length..]);
    assert_damaged(&without, "no frame header");
    let mut taller = photo.clone();
    taller[header + 6] += 8;
    assert_damaged(&taller, "more rows than the scan has");
    let mut shorter = photo.clone();
    shorter[header + 6] -= 16;
    assert_damaged(&shorter, "far fewer rows than the scan has");
    assert_damaged(&[0xFF, 0xD8, 0xFF, 0xD9], "nothing but the two markers");
}

/// Not which answer, but that there is one: no panic and no endless loop, whatever the bytes.
#[test]
fn no_change_of_a_byte_makes_the_renderer_panic() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    for (_, photo) in files() {
        for _ in 0..150 {
            let mut changed = photo.clone();
            for _ in 0..=next() % 3 {
                // Headers are a small part of a file and the larger part of the danger.
                let range = if next() % 2 == 0 {
                    photo.len()
                } else {
                    photo.len().min(700)
                };
                let at = next() % range;
                changed[at] = next() as u8;
            }
            let answer = Renderer::default().render(&changed, &[64]);
            assert!(answer.is_err() || answer.is_ok_and(|rendering| rendering.thumbnails.len() == 1));
        }
    }
}

#[test]
fn a_file_of_another_format_is_named() {
    assert_eq!(refusal(b""), PhotoRefused::Empty);
    assert_eq!(refusal(b"hello"), PhotoRefused::UnknownFormat);
    for (file, format) in [
        (&b"\0\0\0\x18ftypheic\0\0\0\0"[..], "a HEIC image"),
        (b"\0\0\0\x1Cftypmif1\0\0\0\0", "a HEIC image"),
        (b"\0\0\0\x1Cftypavif\0\0\0\0", "an AVIF image"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
        (b"II*\0\x08\0\0\0", "a TIFF image"),
        (b"MM\0*\0\0\0\x08", "a TIFF image"),
        (b"BM\x3a\0\0\0\0\0", "a BMP image"),
        (b"\xFF\x0A\xFA\x1F", "a JPEG XL image"),
        (b"\0\0\0\x0CJXL \r\n\x87\n", "a JPEG XL image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "an SVG drawing or another XML document",
        ),
        (
            b"\xEF\xBB\xBF<?xml version='1.0'?><svg/>",
            "an SVG drawing or another XML document",
        ),
        (b"\n <!DOCTYPE html><title>404</title>", "a web page"),
        (b"<HTML><body>", "a web page"),
        (b"PK\x03\x04\x14\0", "a ZIP archive or an office document"),
        (b"8BPS\0\x01", "a Photoshop document"),
    ] {
        let refused = refusal(file);
        assert_eq!(refused, PhotoRefused::OtherFormat { format });
        let text = format!("the file is {format}; save the photo as JPEG, PNG, WebP or GIF and upload that");
        assert_eq!(refused.to_string(), text);
    }
}

/// No word of a library, no name of a type, no number in another base.
#[test]
fn reasons_are_sentences() {
    for (name, photo) in files_held_to_their_end() {
        for twentieth in 0..20 {
            let reason = refusal(&photo[..(needed_bytes(name, &photo) * twentieth / 20).max(12)]).to_string();
            let is_plain = reason
                .chars()
                .all(|letter| letter.is_ascii() && !"{}`#".contains(letter))
                && !["0x", "::", "Error", "error", "chunk", "buffer", "Invalid"]
                    .iter()
                    .any(|word| reason.contains(word));
            assert!(is_plain, "{name}: {reason}");
            assert!(reason.ends_with("upload that"), "{name}: {reason}");
        }
    }
}
