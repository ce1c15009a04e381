//! Draws the photo of a cup that the README's walk uploads.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub const WIDTH_PX: u16 = 960;
pub const HEIGHT_PX: u16 = 720;
const QUALITY: u8 = 85;

/// The radii of the opening and the foot, as parts of the picture's height.
const OPENING: (f64, f64) = (0.26, 0.07);
const FOOT: (f64, f64) = (0.19, 0.05);
/// The height of the opening and the foot above the middle of the picture; down is positive.
const OPENING_Y: f64 = -0.22;
const FOOT_Y: f64 = 0.26;
const TABLE_Y: f64 = 0.08;

/// The drawing as a JPEG.
pub fn jpeg() -> Vec<u8> {
    let (width, height) = (f64::from(WIDTH_PX), f64::from(HEIGHT_PX));
    let mut pixels = Vec::with_capacity(usize::from(WIDTH_PX) * usize::from(HEIGHT_PX) * 3);
    for row in 0..HEIGHT_PX {
        for column in 0..WIDTH_PX {
            let x = (f64::from(column) - width / 2.0) / height;
            let y = (f64::from(row) - height / 2.0) / height;
            pixels.extend(colour(x, y).map(|part| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "clamped to the range of a byte"
                )]
                let byte = part.clamp(0.0, 255.0) as u8;
                byte
            }));
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(&pixels, WIDTH_PX, HEIGHT_PX, ColorType::Rgb).unwrap();
    bytes
}

/// The colour at a position. Both are in heights of the picture, from its middle.
fn colour(x: f64, y: f64) -> [f64; 3] {
    if is_in_ellipse(x, y - OPENING_Y, (OPENING.0 * 0.92, OPENING.1 * 0.8)) {
        // Coffee, lighter at its far edge.
        return shaded([92.0, 54.0, 30.0], 1.0 - (y - OPENING_Y) * 3.0);
    }
    if is_in_ellipse(x, y - OPENING_Y, OPENING) {
        return [250.0, 242.0, 232.0];
    }
    if let Some(half_width) = half_width_of_cup(x, y) {
        // A round body: bright left of the middle, dark at the edges.
        let across = x / half_width;
        return shaded([211.0, 73.0, 92.0], 1.1 - 0.45 * (across + 0.35).powi(2));
    }
    if is_in_handle(x, y) {
        return shaded([211.0, 73.0, 92.0], 0.85 - (y - 0.02).abs());
    }
    if is_in_ellipse(x, y - FOOT_Y - 0.03, (0.42, 0.10)) {
        return shaded([250.0, 242.0, 232.0], 0.95 - (y - FOOT_Y) * 0.8);
    }
    if y > TABLE_Y {
        let grain = 0.03 * (y * 90.0 + (x * 4.0).sin()).sin();
        return shaded([186.0, 140.0, 99.0], 0.9 + (y - TABLE_Y) * 0.4 + grain);
    }
    shaded([214.0, 226.0, 233.0], 0.95 - y * 0.15 - x * 0.1)
}

/// Half the width of the cup's body at this height, if the position is on the body.
fn half_width_of_cup(x: f64, y: f64) -> Option<f64> {
    let down = (y - OPENING_Y) / (FOOT_Y - OPENING_Y);
    let half_width = OPENING.0 + (FOOT.0 - OPENING.0) * down.clamp(0.0, 1.0).powi(2);
    let is_body = (0.0..=1.0).contains(&down) && x.abs() <= half_width;
    (is_body || is_in_ellipse(x, y - FOOT_Y, FOOT)).then_some(half_width)
}

fn is_in_handle(x: f64, y: f64) -> bool {
    let (x, y) = (x - 0.24, y - 0.0);
    is_in_ellipse(x, y, (0.16, 0.15)) && !is_in_ellipse(x, y, (0.10, 0.09))
}

fn is_in_ellipse(x: f64, y: f64, (radius_x, radius_y): (f64, f64)) -> bool {
    (x / radius_x).powi(2) + (y / radius_y).powi(2) <= 1.0
}

fn shaded(colour: [f64; 3], light: f64) -> [f64; 3] {
    colour.map(|part| part * light)
}
