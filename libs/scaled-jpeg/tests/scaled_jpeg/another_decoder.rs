//! The same picture as in a decoder that is not ours, at every scale and in every sampling.

use jpeg_encoder::SamplingFactor;
use scaled_jpeg::{PIXEL_BYTES, Scale};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::pictures::{REFINED, decode, jpeg, waves};

/// The other decoder misreads 4:1:0, 1x4, and some progressive pictures; libjpeg-turbo reads them as we do.
const READ_BY_BOTH: [SamplingFactor; 5] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_4_1,
];
const SIZE: (u16, u16) = (192, 128);

/// Of samples to those of the other decoder.
struct Difference {
    mean: f64,
    worst: f64,
}

impl Difference {
    fn of(pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let differences: Vec<f64> = pairs.map(|(ours, theirs)| (ours - theirs).abs()).collect();
        Self {
            mean: differences.iter().sum::<f64>() / differences.len() as f64,
            worst: differences.into_iter().fold(0.0, f64::max),
        }
    }

    #[expect(clippy::print_stdout, reason = "the figures, for those who ask with --nocapture")]
    fn assert_within(&self, (mean, worst): (f64, f64), what: &str) {
        println!("{what}: mean {:.2}, worst {:.1}", self.mean, self.worst);
        assert!(self.mean <= mean, "{what}: mean {}", self.mean);
        assert!(self.worst <= worst, "{what}: worst {}", self.worst);
    }
}

fn theirs(file: &[u8], colours: ColorSpace) -> (usize, usize, Vec<u8>) {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(colours);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    let samples = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    (width, height, samples)
}

/// Brightness, beside the means of theirs. Not colours: in a sampling their planes are smaller, and are scaled from
/// the size they have.
fn brightness(file: &[u8], scale: Scale) -> Difference {
    let (width, height, theirs) = theirs(file, ColorSpace::Luma);
    let ours = decode(file, scale).unwrap();
    let plane = &ours.planes[0];
    let ratio = 8 / scale.block_side();
    let boxes = (0..height / ratio).flat_map(|y| (0..width / ratio).map(move |x| (x, y)));
    Difference::of(boxes.map(|(x, y)| {
        let sum: f64 = (0..ratio * ratio)
            .map(|index| (y * ratio + index / ratio) * width + x * ratio + index % ratio)
            .map(|at| f64::from(theirs[at]))
            .sum();
        (
            f64::from(plane.samples[y * plane.width + x]),
            sum / (ratio * ratio) as f64,
        )
    }))
}

/// Red, green and blue of every pixel.
fn colours(file: &[u8]) -> Difference {
    let (_, _, theirs) = theirs(file, ColorSpace::RGB);
    let ours = decode(file, Scale::Full).unwrap();
    let pixels = ours.model.pixels(ours.width_px, ours.height_px, &ours.planes);
    let ours = pixels.chunks_exact(PIXEL_BYTES).flat_map(|pixel| &pixel[..3]);
    Difference::of(
        ours.zip(&theirs)
            .map(|(&ours, &theirs)| (f64::from(ours), f64::from(theirs))),
    )
}

/// Mean and worst difference that is due to rounding, and to the dullness of a mean at the crest of a wave.
fn tolerance(scale: Scale) -> (f64, f64) {
    match scale {
        Scale::Eighth => (0.6, 2.0),
        Scale::Quarter => (1.3, 4.0),
        Scale::Half => (0.8, 3.0),
        Scale::Full => (0.1, 2.0),
    }
}

#[test]
fn every_scale_of_every_sampling_is_near_to_another_decoder() {
    // Sequential ones: that a progressive picture is the same, bit by bit, is a test of its own (`scales`).
    for sampling in READ_BY_BOTH {
        let file = jpeg(&waves(SIZE), SIZE, |encoder| encoder.set_sampling_factor(sampling));
        for scale in Scale::ALL {
            brightness(&file, scale).assert_within(tolerance(scale), &format!("{sampling:?}, {scale:?}"));
        }
        // Two ways to enlarge colours may differ where they change fast.
        colours(&file).assert_within((1.5, 20.0), &format!("{sampling:?}, colours"));
    }
}

#[test]
fn refined_pictures_are_near_to_another_decoder() {
    for (name, _, refined) in REFINED {
        colours(refined).assert_within((0.5, 4.0), name);
    }
}
