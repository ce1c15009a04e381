//! A smaller scale shows the same picture.

use std::io::{self, Read};

use jpeg_encoder::ColorType;
use scaled_jpeg::{Decoder, JpegError, Plane, Scale, Scales};

use crate::pictures::{REFINED, SAMPLINGS, SIZES, decode, grain, jpeg, jpeg_of, kinds, waves};

/// Each sample beside the mean of those that it stands for at full scale. Blocks that the picture does not fill are
/// left out: what lies beyond its edge is the encoder's choice.
fn beside_means(scaled: &Plane, full: &Plane, side: usize) -> Vec<(u8, f64)> {
    let ratio = 8 / side;
    let mut pairs = Vec::new();
    for y in 0..full.height / 8 * side {
        for x in 0..full.width / 8 * side {
            let sum: u32 = (0..ratio)
                .flat_map(|down| (0..ratio).map(move |across| (down, across)))
                .map(|(down, across)| u32::from(full.samples[(y * ratio + down) * full.width + x * ratio + across]))
                .sum();
            let mean = f64::from(sum) / (ratio * ratio) as f64;
            pairs.push((scaled.samples[y * scaled.width + x], mean));
        }
    }
    pairs
}

/// Largest difference that a sample may have to the mean of its pixels, and that all may have on average.
fn tolerance(scale: Scale) -> (f64, f64) {
    match scale {
        // Rounded twice, each time by a half.
        Scale::Eighth => (1.0, 0.6),
        // A mean is dull where the low frequencies of a block are not: at the crests of a wave.
        Scale::Quarter => (3.0, 1.3),
        Scale::Half => (2.0, 0.6),
        Scale::Full => (0.0, 0.0),
    }
}

#[test]
fn a_sample_is_the_mean_of_its_pixels_in_every_sampling() {
    for sampling in SAMPLINGS {
        for size in SIZES {
            for progressive in [false, true] {
                let file = jpeg(&waves(size), size, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_progressive(progressive);
                });
                let full = decode(&file, Scale::Full).unwrap();
                for scale in Scale::ALL {
                    let what = format!("{sampling:?} {size:?} progressive {progressive} {scale:?}");
                    let scaled = decode(&file, scale).unwrap();
                    assert_eq!(scaled.width_px, scale.of(u32::from(size.0)), "{what}");
                    assert_eq!(scaled.height_px, scale.of(u32::from(size.1)), "{what}");
                    let (worst_allowed, mean_allowed) = tolerance(scale);
                    for (plane, full) in scaled.planes.iter().zip(&full.planes) {
                        assert_eq!(plane.samples.len(), plane.width * plane.height, "{what}");
                        let pairs = beside_means(plane, full, scale.block_side());
                        let differences = pairs.iter().map(|&(sample, mean)| (f64::from(sample) - mean).abs());
                        let worst = differences.clone().fold(0.0, f64::max);
                        let mean = differences.sum::<f64>() / pairs.len().max(1) as f64;
                        assert!(worst <= worst_allowed, "{what}: worst {worst}");
                        assert!(mean <= mean_allowed, "{what}: mean {mean}");
                    }
                }
            }
        }
    }
}

fn assert_same(one: &[u8], other: &[u8], what: &str) {
    for scale in Scale::ALL {
        let (one, other) = (decode(one, scale).unwrap(), decode(other, scale).unwrap());
        for (one, other) in one.planes.iter().zip(&other.planes) {
            assert!(one.samples == other.samples, "{what} at {scale:?}");
        }
    }
}

#[test]
fn a_progressive_picture_is_the_sequential_one_at_every_scale() {
    for size in SIZES {
        for sampling in SAMPLINGS {
            let samples = grain(size);
            let encode = |progressive| {
                jpeg(&samples, size, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_progressive(progressive);
                })
            };
            assert_same(&encode(false), &encode(true), &format!("{sampling:?} {size:?}"));
        }
    }
}

#[test]
fn refinement_is_exact_at_every_scale() {
    for (name, sequential, refined) in REFINED {
        assert_same(sequential, refined, name);
    }
}

#[test]
fn restart_markers_and_separate_scans_change_nothing() {
    for sampling in SAMPLINGS {
        let size = (131, 70);
        let samples = grain(size);
        let plain = jpeg(&samples, size, |encoder| encoder.set_sampling_factor(sampling));
        for interval in [1, 2, 7, 500] {
            let restarting = jpeg(&samples, size, |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_restart_interval(interval);
            });
            assert_same(&plain, &restarting, &format!("{sampling:?} every {interval}"));
        }
        let separate = jpeg(&samples, size, |encoder| {
            encoder.set_sampling_factor(sampling);
            encoder.set_optimized_huffman_tables(true);
        });
        assert_same(&plain, &separate, &format!("{sampling:?} in scans of their own"));
    }
}

#[test]
fn subsampled_channels_may_have_a_scale_of_their_own() {
    let mut files = kinds((131, 70));
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            let file = jpeg(&grain((61, 47)), (61, 47), |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
            });
            files.push(("sampling", file));
        }
    }
    for (name, file) in files {
        for picture in Scale::ALL {
            for subsampled in Scale::ALL.into_iter().filter(|&scale| scale <= picture) {
                let (whole, smaller) = (decode(&file, picture).unwrap(), decode(&file, subsampled).unwrap());
                let scales = Scales { picture, subsampled };
                let mixed = Decoder::new(&mut file.as_slice()).decode(scales).unwrap();
                for (channel, plane) in mixed.planes.iter().enumerate() {
                    let is_subsampled = whole.planes[channel].pixels != (1, 1);
                    let expected = if is_subsampled { &smaller } else { &whole };
                    assert!(
                        plane.samples == expected.planes[channel].samples,
                        "channel {channel} of {name} at {scales:?}"
                    );
                    assert_eq!(plane.reach, expected.planes[channel].reach);
                }
                let pixels = mixed.model.pixels(mixed.width_px, mixed.height_px, &mixed.planes);
                assert_eq!(pixels.len(), (mixed.width_px * mixed.height_px) as usize * 4);
            }
        }
    }
}

#[test]
fn gray_and_ink_are_scaled_alike() {
    let size = (60, 40);
    let samples = grain((80, 40));
    for (color, planes) in [(ColorType::Luma, 1), (ColorType::Cmyk, 4), (ColorType::CmykAsYcck, 4)] {
        let samples = &samples[..60 * 40 * planes];
        for progressive in [false, true] {
            let file = jpeg_of(samples, size, color, |encoder| encoder.set_progressive(progressive));
            let full = decode(&file, Scale::Full).unwrap();
            let scaled = decode(&file, Scale::Eighth).unwrap();
            assert_eq!(scaled.planes.len(), planes);
            for (plane, full) in scaled.planes.iter().zip(&full.planes) {
                for (sample, mean) in beside_means(plane, full, 1) {
                    assert!(
                        (f64::from(sample) - mean).abs() <= 1.5,
                        "{color:?}: {sample} for {mean}"
                    );
                }
            }
        }
    }
}

#[test]
fn planes_reach_as_far_as_the_picture() {
    let file = jpeg(&waves((61, 47)), (61, 47), |encoder| {
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    });
    let picture = decode(&file, Scale::Quarter).unwrap();
    assert_eq!((picture.width_px, picture.height_px), (16, 12));
    let shape = |plane: &Plane| (plane.width, plane.height, plane.reach, plane.pixels);
    assert_eq!(shape(&picture.planes[0]), (16, 12, (15.25, 11.75), (1, 1)));
    assert_eq!(shape(&picture.planes[1]), (8, 6, (7.625, 5.875), (2, 2)));
}

/// Returns at most the given number of bytes per read.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(target.len());
        (&mut self.0).take(count as u64).read(target)
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_arrive() {
    for (name, file) in kinds((131, 70)) {
        for scale in Scale::ALL {
            let whole = decode(&file, scale).unwrap();
            for count in [1, 7, 300] {
                let dropped = Decoder::new(&mut Drops(&file, count)).decode(scale).unwrap();
                for (whole, dropped) in whole.planes.iter().zip(&dropped.planes) {
                    assert!(whole.samples == dropped.samples, "{name} at {scale:?} by {count}");
                }
            }
        }
    }
}

#[test]
fn an_input_that_fails_is_not_a_damaged_file() {
    struct Torn<'a>(&'a [u8]);

    impl Read for Torn<'_> {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            match self.0.read(target)? {
                0 => Err(io::Error::other("the line is dead")),
                count => Ok(count),
            }
        }
    }

    for (name, file) in kinds((40, 40)) {
        for scale in Scale::ALL {
            let mut torn = Torn(&file[..file.len() / 2]);
            let error = Decoder::new(&mut torn).decode(scale).unwrap_err();
            assert!(matches!(error, JpegError::Read(_)), "{name}: {error}");
        }
    }
}
