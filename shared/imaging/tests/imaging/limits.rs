//! Tests that a photo beyond the limits is refused from its header.

use std::time::{Duration, Instant};

use domain::thumbnails::ports::{PhotoRefused, ThumbnailRenderer};
use image::ImageFormat;
use imaging::{Limits, PIXELS_MAX, Renderer};

use crate::fixtures::{encoded_rgb, jpeg, noise, quadrants, refusal};
use crate::jpeg::frame_header;
use crate::png::by_hand;

/// Memory for decoding a JPEG in its own size: three planes, or the pixels of `image` and a copy with four bytes each.
const JPEG_BYTES_PER_PIXEL: u64 = if cfg!(feature = "fast-codecs") { 3 } else { 3 + 4 };
/// Far more than reading a header takes, far less than decoding would.
const AT_ONCE: Duration = Duration::from_millis(200);

fn assert_too_many_pixels(photo: &[u8], (width_px, height_px): (u32, u32)) {
    let start = Instant::now();
    let expected = PhotoRefused::TooManyPixels {
        width_px,
        height_px,
        limit_pixels: PIXELS_MAX,
    };
    assert_eq!(refusal(photo), expected);
    assert!(start.elapsed() < AT_ONCE);
}

#[test]
fn a_png_of_one_bit_pixels_does_not_explode() {
    assert_too_many_pixels(&by_hand((30_000, 30_000), 1, 0, 0, &[], &[0; 1000]), (30_000, 30_000));
}

#[test]
fn a_jpeg_that_claims_to_be_vast_is_refused() {
    let mut photo = jpeg(&quadrants(16, 16));
    let size = frame_header(&photo) + 5;
    photo[size..size + 4].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert_too_many_pixels(&photo, (65_500, 65_500));
}

#[test]
fn a_webp_and_a_gif_that_claim_to_be_vast_are_refused() {
    let mut webp = encoded_rgb(&quadrants(16, 16), ImageFormat::WebP);
    // Fourteen bits each for width and height less one, after the signature byte of the lossless chunk.
    webp[21..25].copy_from_slice(&(16_382_u32 + (16_382 << 14)).to_le_bytes());
    assert_too_many_pixels(&webp, (16_383, 16_383));
    let mut gif = encoded_rgb(&quadrants(16, 16), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert_too_many_pixels(&gif, (65_535, 65_535));
}

#[test]
fn a_thread_of_pixels_is_refused() {
    let refused = refusal(&by_hand((70_000, 1), 8, 0, 0, &[], &[0; 100]));
    assert_eq!(
        refused,
        PhotoRefused::Unsupported {
            feature: "a side of more than 65535 pixels".to_owned()
        }
    );
}

#[test]
fn every_limit_can_be_set() {
    let photo = jpeg(&noise(64, 48));
    let refused = |limits| Renderer::new(limits).render(&photo, &[32]).unwrap_err();
    let bytes = photo.len() as u64;
    assert_eq!(
        refused(Limits {
            bytes_max: bytes - 1,
            ..Limits::default()
        }),
        PhotoRefused::TooManyBytes {
            bytes,
            limit_bytes: bytes - 1
        }
    );
    assert_eq!(
        refused(Limits {
            pixels_max: 64 * 48 - 1,
            ..Limits::default()
        }),
        PhotoRefused::TooManyPixels {
            width_px: 64,
            height_px: 48,
            limit_pixels: 64 * 48 - 1
        }
    );
    assert_eq!(
        refused(Limits {
            decoded_bytes_max: JPEG_BYTES_PER_PIXEL * 1000,
            ..Limits::default()
        }),
        PhotoRefused::TooManyPixels {
            width_px: 64,
            height_px: 48,
            limit_pixels: 1000
        }
    );
    let exact = Limits {
        bytes_max: bytes,
        pixels_max: 64 * 48,
        side_px_max: 64,
        decoded_bytes_max: JPEG_BYTES_PER_PIXEL * 64 * 48,
    };
    assert!(Renderer::new(exact).render(&photo, &[32]).is_ok());
}

#[test]
fn a_picture_without_pixels_is_damaged() {
    let damaged = |photo: &[u8]| matches!(refusal(photo), PhotoRefused::Damaged { .. });
    assert!(damaged(&by_hand((0, 8), 8, 0, 0, &[], &[])));
    let mut photo = jpeg(&quadrants(16, 16));
    let width = frame_header(&photo) + 7;
    photo[width..width + 2].copy_from_slice(&[0, 0]);
    assert!(damaged(&photo));
}
