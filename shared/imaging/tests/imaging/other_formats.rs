//! WebP and GIF.

use std::io::Cursor;

use domain::thumbnails::ports::ThumbnailFormat;
use image::codecs::gif::GifEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, Frame, ImageFormat, Rgba, RgbaImage};

use crate::fixtures::{
    BLUE, OWN_SIZE, RED, assert_near, assert_quadrants, encoded, encoded_rgb, exif, own_size, quadrants, render,
};

/// 32 x 24, red beside blue. There is no lossy encoder in Rust; these bytes come from libwebp.
#[rustfmt::skip]
pub(crate) const LOSSY_WEBP: [u8; 92] = [
    82, 73, 70, 70, 84, 0, 0, 0, 87, 69, 66, 80, 86, 80, 56, 32, 72, 0, 0, 0, 176, 3, 0, 157, 1, 42, 32, 0, 24, 0, 62,
    201, 80, 161, 75, 167, 164, 163, 33, 183, 245, 88, 0, 240, 25, 9, 100, 0, 167, 67, 177, 108, 0, 2, 54, 66, 204, 192,
    0, 254, 232, 215, 28, 23, 2, 97, 63, 255, 27, 194, 232, 74, 218, 63, 227, 225, 63, 175, 55, 127, 253, 210, 224, 76,
    36, 159, 201, 18, 250, 246, 96, 0,
];

fn half_transparent() -> RgbaImage {
    RgbaImage::from_fn(40, 30, |x, _| {
        Rgba(if x < 20 { [200, 40, 40, 255] } else { [0, 255, 0, 0] })
    })
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((chunks.len() as u32 + 4).to_le_bytes());
    bytes.extend(b"WEBP");
    bytes.extend(chunks);
    bytes
}

fn chunk(kind: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_vec();
    bytes.extend((payload.len() as u32).to_le_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

/// The header of an extended file: flags and the size of the canvas less one.
fn extended(flags: u8, (width, height): (u32, u32)) -> Vec<u8> {
    let mut payload = vec![flags, 0, 0, 0];
    payload.extend(&(width - 1).to_le_bytes()[..3]);
    payload.extend(&(height - 1).to_le_bytes()[..3]);
    chunk(*b"VP8X", &payload)
}

/// An animation of two frames: the four quadrants, then all red.
pub(crate) fn animated_webp() -> Vec<u8> {
    let red = RgbaImage::from_pixel(40, 30, Rgba([200, 40, 40, 255]));
    let first = image::DynamicImage::ImageRgb8(quadrants(40, 30)).into_rgba8();
    let mut chunks = extended(0x02, (40, 30));
    chunks.extend(chunk(*b"ANIM", &[0, 0, 0, 0, 0, 0]));
    for picture in [first, red] {
        let still = encoded(&picture, ImageFormat::WebP);
        let mut frame = vec![0; 6];
        frame.extend(&39_u32.to_le_bytes()[..3]);
        frame.extend(&29_u32.to_le_bytes()[..3]);
        frame.extend([100, 0, 0, 0]);
        frame.extend(&still[12..]);
        chunks.extend(chunk(*b"ANMF", &frame));
    }
    riff(&chunks)
}

pub(crate) fn animated_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder
        .encode_frame(Frame::new(
            image::DynamicImage::ImageRgb8(quadrants(40, 30)).into_rgba8(),
        ))
        .unwrap();
    encoder
        .encode_frame(Frame::new(RgbaImage::from_pixel(40, 30, Rgba([200, 40, 40, 255]))))
        .unwrap();
    drop(encoder);
    bytes
}

#[test]
fn lossless_and_lossy_webp_are_decoded() {
    let lossless = encoded_rgb(&quadrants(60, 40), ImageFormat::WebP);
    assert_eq!(render(&lossless, &[OWN_SIZE]).source_format, "webp");
    assert_quadrants(&own_size(&lossless), "lossless");
    let lossy = own_size(&LOSSY_WEBP);
    assert_near(lossy.get_pixel(4, 12).0, RED, 12, "lossy, left");
    assert_near(lossy.get_pixel(28, 12).0, BLUE, 12, "lossy, right");
}

#[test]
fn transparency_of_webp_and_gif_is_kept() {
    for format in [ImageFormat::WebP, ImageFormat::Gif] {
        let photo = encoded(&half_transparent(), format);
        let rendering = render(&photo, &[20]);
        assert_eq!(rendering.thumbnails[0].format, ThumbnailFormat::Png, "{format:?}");
        let found = own_size(&photo);
        assert_eq!(found.get_pixel(4, 4).0, [200, 40, 40, 255], "{format:?}");
        assert_eq!(found.get_pixel(36, 4).0[3], 0, "{format:?}");
    }
}

#[test]
fn the_first_frame_of_an_animation_counts() {
    assert_quadrants(&own_size(&animated_webp()), "webp");
    assert_quadrants(&own_size(&animated_gif()), "gif");
}

#[test]
fn a_frame_smaller_than_its_canvas_keeps_its_place() {
    let mut photo = encoded(&RgbaImage::from_pixel(4, 4, Rgba([200, 40, 40, 255])), ImageFormat::Gif);
    // Widens the canvas and moves the frame to the lower right.
    photo[6..10].copy_from_slice(&[8, 0, 8, 0]);
    let frame = photo
        .windows(9)
        .position(|window| window == [0x2C, 0, 0, 0, 0, 4, 0, 4, 0])
        .unwrap();
    photo[frame + 1..frame + 5].copy_from_slice(&[4, 0, 4, 0]);
    let found = own_size(&photo);
    assert_eq!(found.dimensions(), (8, 8));
    assert_eq!(found.get_pixel(1, 1).0[3], 0);
    assert_eq!(found.get_pixel(6, 6).0, [200, 40, 40, 255]);
}

#[test]
fn the_orientation_of_a_webp_counts() {
    let mut still = Cursor::new(Vec::new());
    let picture = quadrants(40, 30);
    WebPEncoder::new_lossless(&mut still)
        .encode(picture.as_raw(), 40, 30, ExtendedColorType::Rgb8)
        .unwrap();
    let mut chunks = extended(0x08, (40, 30));
    chunks.extend(&still.into_inner()[12..]);
    chunks.extend(chunk(*b"EXIF", &exif(3)));
    let found = own_size(&riff(&chunks));
    // Upside down, the upper left is what was yellow.
    assert_near(found.get_pixel(10, 8).0, crate::fixtures::YELLOW, 12, "upper left");
    assert_near(found.get_pixel(30, 22).0, RED, 12, "lower right");
}
