//! Pictures made on the spot, and what the renderer makes of them.

use std::io::Cursor;

use domain::thumbnails::ports::{PhotoRefused, Rendering, Thumbnail, ThumbnailRenderer};
use image::{ImageFormat, RgbImage, RgbaImage};
use imaging::Renderer;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub(crate) const RED: [u8; 3] = [200, 40, 40];
pub(crate) const GREEN: [u8; 3] = [40, 180, 60];
pub(crate) const BLUE: [u8; 3] = [40, 60, 200];
pub(crate) const YELLOW: [u8; 3] = [220, 210, 50];

/// Larger than any test picture: asks for the picture in its own size.
pub(crate) const OWN_SIZE: u32 = 4096;

/// Four colours, one in each corner: red, green in the upper half, blue, yellow in the lower.
pub(crate) fn quadrants(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => YELLOW,
        })
    })
}

/// Detail everywhere, so that no part of the file is idle.
pub(crate) fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 0x2545_F491_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 27) as u8;
        image::Rgb([
            (x * 3 % 200) as u8 + grain,
            (y * 2 % 200) as u8 + grain,
            ((x + y) % 180) as u8 + grain,
        ])
    })
}

pub(crate) fn jpeg(picture: &RgbImage) -> Vec<u8> {
    jpeg_with(picture.as_raw(), picture.dimensions(), ColorType::Rgb, |_| {})
}

pub(crate) fn jpeg_with(
    samples: &[u8],
    (width, height): (u32, u32),
    color: ColorType,
    configure: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    configure(&mut encoder);
    encoder.encode(samples, width as u16, height as u16, color).unwrap();
    bytes
}

/// The TIFF structure of EXIF with an orientation, and with a place on Earth that nobody else is to learn.
pub(crate) fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1]);
    tiff.extend(orientation.to_be_bytes());
    tiff.extend([0, 0]);
    // A pointer to the GPS directory.
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(b"GPS-SECRET");
    tiff
}

pub(crate) fn encoded(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn encoded_rgb(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn render(photo: &[u8], sizes_px: &[u32]) -> Rendering {
    Renderer::default().render(photo, sizes_px).unwrap()
}

pub(crate) fn refusal(photo: &[u8]) -> PhotoRefused {
    Renderer::default().render(photo, &[128]).unwrap_err()
}

/// The only thumbnail, decoded by somebody else.
pub(crate) fn own_size(photo: &[u8]) -> RgbaImage {
    decoded(&render(photo, &[OWN_SIZE]).thumbnails[0])
}

pub(crate) fn decoded(thumbnail: &Thumbnail) -> RgbaImage {
    image::load_from_memory(&thumbnail.bytes).unwrap().into_rgba8()
}

pub(crate) fn assert_near(found: [u8; 4], expected: [u8; 3], tolerance: u8, what: &str) {
    for channel in 0..3 {
        let difference = found[channel].abs_diff(expected[channel]);
        assert!(
            difference <= tolerance,
            "{what}: found {found:?}, expected {expected:?}"
        );
    }
}

/// The middle of every quadrant. Small pictures blur at the seams.
pub(crate) fn assert_quadrants(picture: &RgbaImage, what: &str) {
    let (width, height) = picture.dimensions();
    let middle = |x: u32, y: u32| picture.get_pixel(width * x / 4, height * y / 4).0;
    assert_near(middle(1, 1), RED, 20, &format!("{what}, upper left"));
    assert_near(middle(3, 1), GREEN, 20, &format!("{what}, upper right"));
    assert_near(middle(1, 3), BLUE, 20, &format!("{what}, lower left"));
    assert_near(middle(3, 3), YELLOW, 20, &format!("{what}, lower right"));
}

/// Largest difference of any channel of any pixel.
pub(crate) fn difference(found: &RgbaImage, expected: &RgbImage) -> u8 {
    assert_eq!(found.dimensions(), expected.dimensions());
    let pairs = found.pixels().zip(expected.pixels());
    pairs
        .flat_map(|(found, expected)| (0..3).map(|at| found[at].abs_diff(expected[at])))
        .max()
        .unwrap()
}
