//! Makes a photo with EXIF orientation and four coloured quarters, and reads the colours of its thumbnails.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Twelve megapixels like a photo of a phone, with EXIF orientation 6.
pub const SENSOR_WIDTH_PX: u16 = 4_000;
pub const SENSOR_HEIGHT_PX: u16 = 3_000;

/// A JPEG whose quarters, when upright, are: red, green / blue, white (top left, top right / bottom left, bottom
/// right). Its EXIF orientation 6 means that viewers rotate the stored picture by 90 degrees clockwise.
pub fn sideways_photo() -> Vec<u8> {
    sideways_photo_of(SENSOR_WIDTH_PX, SENSOR_HEIGHT_PX)
}

pub fn sideways_photo_of(width_px: u16, height_px: u16) -> Vec<u8> {
    let (width, height) = (usize::from(width_px), usize::from(height_px));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            // After the rotation, the stored left edge is the top, and the stored bottom edge is the left.
            let (is_top, is_left) = (x < width / 2, y >= height / 2);
            pixels.extend_from_slice(match (is_top, is_left) {
                (true, true) => &[255, 0, 0],
                (true, false) => &[0, 255, 0],
                (false, true) => &[0, 0, 255],
                (false, false) => &[255, 255, 255],
            });
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.add_app_segment(1, exif_orientation(6)).unwrap();
    encoder.encode(&pixels, width_px, height_px, ColorType::Rgb).unwrap();
    bytes
}

/// A minimal EXIF block with the orientation, and a maker note that thumbnails must not contain.
fn exif_orientation(orientation: u16) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    let remark = b"SECRET-PLACE\0";
    block.extend_from_slice(&2_u16.to_be_bytes());
    block.extend_from_slice(&[0x01, 0x0f, 0, 2, 0, 0, 0]);
    block.push(u8::try_from(remark.len()).unwrap());
    block.extend_from_slice(&38_u32.to_be_bytes());
    block.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1]);
    block.extend_from_slice(&orientation.to_be_bytes());
    block.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
    block.extend_from_slice(remark);
    block
}

/// A decoded picture.
pub struct Picture {
    pub width_px: usize,
    pub height_px: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// Decodes a JPEG with an independent decoder.
    pub fn decode(jpeg: &[u8]) -> Self {
        let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(jpeg));
        let rgb = decoder.decode().unwrap();
        let (width_px, height_px) = decoder.dimensions().unwrap();
        assert_eq!(rgb.len(), width_px * height_px * 3);
        Self {
            width_px,
            height_px,
            rgb,
        }
    }

    /// The colour at a position, as fractions of width and height (0.0 to 1.0).
    pub fn colour_at(&self, across: f64, down: f64) -> [u8; 3] {
        let place = |length: usize, part: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "pixels of a thumbnail"
            )]
            let index = (length as f64 * part) as usize;
            index.min(length - 1)
        };
        let start = (place(self.height_px, down) * self.width_px + place(self.width_px, across)) * 3;
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }
}
