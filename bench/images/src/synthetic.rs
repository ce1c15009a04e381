//! Generates the images that are measured when no files are given: a landscape with objects, the same bytes on every
//! machine.
//!
//! Soft skies and fine grass, hard edges, weaves near the limit of what pixels can show, and a sensor's noise over it
//! all: the share of frequencies decides how much work a decoder has.

use std::path::Path;
use std::process::Command;

use bench_kit::trouble::Trouble;

/// An image to be made: Pillow encodes what [`pixel`] says.
struct Recipe {
    file: &'static str,
    width: u32,
    height: u32,
    has_alpha: bool,
    /// Passed to Pillow's `save`.
    options: &'static str,
}

const RECIPES: [Recipe; 5] = [
    Recipe {
        file: "24-mp-baseline.jpg",
        width: 6000,
        height: 4000,
        has_alpha: false,
        options: r#"{"quality": 90, "subsampling": "4:2:0"}"#,
    },
    Recipe {
        file: "24-mp-progressive.jpg",
        width: 6000,
        height: 4000,
        has_alpha: false,
        options: r#"{"quality": 90, "subsampling": "4:2:0", "progressive": true}"#,
    },
    Recipe {
        file: "12-mp-422.jpg",
        width: 4032,
        height: 3024,
        has_alpha: false,
        options: r#"{"quality": 92, "subsampling": "4:2:2"}"#,
    },
    Recipe {
        file: "15-mp-rgba.png",
        width: 4743,
        height: 3162,
        has_alpha: true,
        options: "{}",
    },
    Recipe {
        file: "12-mp-lossy.webp",
        width: 4032,
        height: 3024,
        has_alpha: false,
        options: r#"{"quality": 85, "method": 4}"#,
    },
];

/// Generates the images that do not exist yet.
pub(crate) fn make(folder: &Path, python: &Path) -> Result<(), Trouble> {
    let trouble = |reason: std::io::Error| Trouble::new(folder.display(), reason);
    std::fs::create_dir_all(folder).map_err(trouble)?;
    for recipe in &RECIPES {
        let target = folder.join(recipe.file);
        if !target.exists() {
            eprintln!("    makes {}", target.display());
            let raw = folder.join("pixels.raw");
            std::fs::write(&raw, pixels(recipe)).map_err(trouble)?;
            let made = encode(recipe, python, &raw, &target);
            std::fs::remove_file(&raw).map_err(trouble)?;
            made?;
        }
        println!("{}", target.display());
    }
    Ok(())
}

fn encode(recipe: &Recipe, python: &Path, raw: &Path, target: &Path) -> Result<(), Trouble> {
    // Written under a temporary name until it is complete, so that every named file is complete.
    let part = target.with_file_name(format!("part-{}", recipe.file));
    let status = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pillow.py"))
        .arg("encode")
        .arg(raw)
        .args([recipe.width.to_string(), recipe.height.to_string()])
        .arg(if recipe.has_alpha { "RGBA" } else { "RGB" })
        .arg(&part)
        .arg(recipe.options)
        .status()
        .map_err(|reason| Trouble::new(python.display(), reason))?;
    if !status.success() {
        return Err(Trouble::new(recipe.file, "Pillow could not write it"));
    }
    std::fs::rename(&part, target).map_err(|reason| Trouble::new(target.display(), reason))
}

fn pixels(recipe: &Recipe) -> Vec<u8> {
    let mut samples = Vec::new();
    let things = things(recipe);
    for y in 0..recipe.height {
        for x in 0..recipe.width {
            let colour = pixel((x, y), (recipe.width, recipe.height), &things);
            samples.extend(colour.map(to_sample));
            if recipe.has_alpha {
                samples.push(to_sample(opacity(x, y, recipe)));
            }
        }
    }
    samples
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held to the range of a sample"
)]
fn to_sample(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sides of pictures, and bits of a hash, in single precision"
)]
fn real(value: u32) -> f32 {
    value as f32
}

/// A product on the meadow: a disc or a box, plain or woven.
struct Thing {
    centre: (f32, f32),
    radius: f32,
    colour: [f32; 3],
    is_round: bool,
    /// Pixels of one period of its weave.
    weave: f32,
}

fn things(recipe: &Recipe) -> Vec<Thing> {
    const COUNT: u32 = 70;
    let (width, height) = (real(recipe.width), real(recipe.height));
    let of = |index: u32, what: u32| unit(hash(index, what, 77));
    (0..COUNT)
        .map(|index| Thing {
            centre: (of(index, 0) * width, (0.35 + 0.65 * of(index, 1)) * height),
            radius: width * (0.008 + 0.05 * of(index, 2).powi(2)),
            colour: colour(of(index, 3), [4, 5, 6].map(|channel| of(index, channel))),
            is_round: index % 2 == 0,
            weave: 3.0 + 40.0 * of(index, 7).powi(2),
        })
        .collect()
}

/// Muted, as most things are: a photo's colours vary less than its brightness.
fn colour(brightness: f32, tint: [f32; 3]) -> [f32; 3] {
    tint.map(|tint| 30.0 + 170.0 * brightness + 70.0 * (tint - 0.5))
}

fn pixel((x, y): (u32, u32), (width, height): (u32, u32), things: &[Thing]) -> [f32; 3] {
    let (across, down) = (real(x), real(y));
    let depth = down / real(height);
    let mut colour = ground(across, down, real(width), depth);
    for thing in things {
        let (dx, dy) = (across - thing.centre.0, down - thing.centre.1);
        let distance = if thing.is_round {
            dx.hypot(dy)
        } else {
            dx.abs().max(dy.abs())
        };
        if distance < thing.radius {
            let angle = std::f32::consts::TAU / thing.weave;
            let weave = (across * angle).sin() * (down * angle).cos();
            let light = 1.1 - 0.5 * (dx + dy) / thing.radius.max(1.0) * 0.5 + 0.25 * weave;
            colour = thing.colour.map(|channel| channel * light);
        }
    }
    // A sensor's noise: more of brightness than of colour, and near to a bell in its shape.
    let of = |what: u32| unit(hash(x, y, what)) + unit(hash(x, y, what + 1)) - 1.0;
    let brightness = 10.0 * of(1);
    let [red, green, blue] = colour;
    [(red, 3), (green, 5), (blue, 7)].map(|(channel, what)| channel + brightness + 3.0 * of(what))
}

/// Sky with clouds, hills with an edge, and a meadow whose blades get larger towards the viewer.
fn ground(across: f32, down: f32, width: f32, depth: f32) -> [f32; 3] {
    let ridge = 0.30 + 0.10 * clouds(across * 4.0 / width, 3.5, 6, 11);
    if depth < ridge {
        let cloud = clouds(across * 5.0 / width, depth * 8.0, 5, 12);
        let white = ((cloud - 0.45) * 3.0).clamp(0.0, 1.0);
        return [110.0, 160.0, 225.0].map(|sky| sky + (245.0 - sky) * white + 40.0 * (depth - 0.3));
    }
    let blade = 12.0 + 90.0 * depth;
    let blades = clouds(across / blade, down / (blade * 3.0), 5, 13);
    let patches = clouds(across * 9.0 / width, depth * 14.0, 3, 14);
    let light = 0.35 + 1.1 * blades;
    [70.0 + 90.0 * patches, 105.0 + 60.0 * patches, 40.0 + 30.0 * patches].map(|channel| channel * light)
}

/// Between transparent and opaque, with a soft edge and a lace of holes: half of the picture is neither.
fn opacity(x: u32, y: u32, recipe: &Recipe) -> f32 {
    let (across, down) = (real(x) / real(recipe.width) - 0.5, real(y) / real(recipe.height) - 0.5);
    let edge = (0.47 - across.hypot(down)) * 1200.0;
    let lace = 255.0 * (clouds(real(x) / 60.0, real(y) / 60.0, 3, 15) - 0.25) * 3.0;
    edge.min(lace)
}

/// Smooth noise between zero and one, each octave of half the size and half the strength.
fn clouds(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut strength, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
    for octave in 0..octaves {
        sum += strength * smooth(x * scale, y * scale, seed + octave * 31);
        total += strength;
        strength *= 0.6;
        scale *= 2.1;
    }
    sum / total
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are positive and far from the limits"
)]
fn smooth(x: f32, y: f32, seed: u32) -> f32 {
    let (column, row) = (x as u32, y as u32);
    let ease = |part: f32| part * part * (3.0 - 2.0 * part);
    let (right, below) = (ease(x.fract()), ease(y.fract()));
    let corner = |dx: u32, dy: u32| unit(hash(column + dx, row + dy, seed));
    let mix = |from: f32, to: f32, part: f32| from + (to - from) * part;
    mix(
        mix(corner(0, 0), corner(1, 0), right),
        mix(corner(0, 1), corner(1, 1), right),
        below,
    )
}

fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut bits = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    for _ in 0..2 {
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x2C1B_3C6D);
        bits ^= bits >> 13;
    }
    bits
}

fn unit(bits: u32) -> f32 {
    real(bits >> 8) / real(1 << 24)
}
