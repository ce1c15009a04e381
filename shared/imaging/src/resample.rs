//! Scales down one channel without intermediate rounding.
//!
//! Lanczos3 like the filter of `scale`, for the single channels of a JPEG, and in floating point from bytes to the end:
//! a channel that is rounded before it becomes colour costs two points of SSIMULACRA2. The resizer of `scale` could do
//! so only with the whole picture in floating point, which is four times the memory and most of the time.

use scaled_jpeg::Plane;

/// Zero crossings of the filter on each side.
const LOBES: f64 = 3.0;
/// Partial sums of a row, so that the compiler may add them side by side.
const LANES: usize = 8;

/// The samples that one sample of the result is made of, with their weights, which add up to one.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// A channel of `width` by `height` samples, in rows.
pub(crate) fn lanczos3(plane: &Plane, width: usize, height: usize) -> Vec<f32> {
    let columns = taps(plane.width, plane.reach.0, width);
    let rows = taps(plane.height, plane.reach.1, height);
    let mut scaled = Vec::with_capacity(width * height);
    let mut row = vec![0.0; plane.width];
    for taps in &rows {
        // Down first: that goes through whole rows, and leaves a single one for the way across.
        weigh_rows(plane, taps, &mut row);
        scaled.extend(columns.iter().map(|taps| weigh(&row[taps.first..], &taps.weights)));
    }
    scaled
}

/// For each of `count` results that share a side of `length` samples, of which the picture reaches over `reach`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "sides of pictures, and weights that need no more than single precision"
)]
fn taps(length: usize, reach: f64, count: usize) -> Vec<Taps> {
    let ratio = reach / count as f64;
    // Enlarging, the filter keeps its width.
    let width = ratio.max(1.0);
    let of_result = |index: usize| {
        let centre = (index as f64 + 0.5) * ratio;
        let first = ((centre - LOBES * width).ceil().max(0.0) as usize).min(length - 1);
        let end = ((centre + LOBES * width).ceil() as usize).clamp(first + 1, length);
        let weights: Vec<f64> = (first..end)
            .map(|sample| lanczos((sample as f64 + 0.5 - centre) / width))
            .collect();
        let sum: f64 = weights.iter().sum();
        Taps {
            first,
            weights: weights.into_iter().map(|weight| (weight / sum) as f32).collect(),
        }
    };
    (0..count).map(of_result).collect()
}

fn lanczos(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= LOBES {
        return 0.0;
    }
    let angle = std::f64::consts::PI * x;
    LOBES * angle.sin() * (angle / LOBES).sin() / (angle * angle)
}

fn weigh_rows(plane: &Plane, taps: &Taps, sums: &mut [f32]) {
    sums.fill(0.0);
    let mut rows = plane.samples[taps.first * plane.width..].chunks_exact(plane.width);
    // Four rows for each pass over the sums.
    let (fours, rest) = taps.weights.as_chunks::<4>();
    for [a, b, c, d] in fours {
        let (Some(first), Some(second), Some(third), Some(fourth)) =
            (rows.next(), rows.next(), rows.next(), rows.next())
        else {
            return;
        };
        let samples = first.iter().zip(second).zip(third).zip(fourth);
        for (sum, (((&first, &second), &third), &fourth)) in sums.iter_mut().zip(samples) {
            *sum += a * f32::from(first) + b * f32::from(second) + c * f32::from(third) + d * f32::from(fourth);
        }
    }
    for (weight, row) in rest.iter().zip(rows) {
        for (sum, &sample) in sums.iter_mut().zip(row) {
            *sum += weight * f32::from(sample);
        }
    }
}

fn weigh(samples: &[f32], weights: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (pieces, rest) = weights.as_chunks::<LANES>();
    let (samples, samples_rest) = samples.split_at(pieces.len() * LANES);
    for (weights, samples) in pieces.iter().zip(samples.as_chunks::<LANES>().0) {
        for ((sum, weight), sample) in sums.iter_mut().zip(weights).zip(samples) {
            *sum += weight * sample;
        }
    }
    let rest: f32 = rest
        .iter()
        .zip(samples_rest)
        .map(|(weight, sample)| weight * sample)
        .sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the numbers that make up a plane are known to be small"
)]
mod tests {
    use scaled_jpeg::Plane;

    use super::lanczos3;

    fn plane(width: usize, height: usize, sample: impl Fn(usize, usize) -> u8) -> Plane {
        Plane {
            width,
            height,
            samples: (0..width * height)
                .map(|index| sample(index % width, index / width))
                .collect(),
            reach: (width as f64, height as f64),
            pixels: (1, 1),
        }
    }

    fn assert_near(found: f32, expected: f32) {
        assert!((found - expected).abs() < 0.01, "{found} for {expected}");
    }

    #[test]
    fn one_colour_stays_what_it_is() {
        for (width, height) in [(1, 1), (7, 5), (60, 40), (61, 2)] {
            for (to_width, to_height) in [(1, 1), (3, 2), (7, 5), (20, 11)] {
                let scaled = lanczos3(&plane(width, height, |_, _| 201), to_width, to_height);
                assert_eq!(scaled.len(), to_width * to_height);
                for sample in scaled {
                    assert_near(sample, 201.0);
                }
            }
        }
    }

    #[test]
    fn a_picture_of_its_own_size_is_not_touched() {
        let original = plane(23, 17, |x, y| ((x * 11) ^ (y * 7)) as u8);
        let scaled = lanczos3(&original, 23, 17);
        for (found, &expected) in scaled.into_iter().zip(&original.samples) {
            assert_near(found, f32::from(expected));
        }
    }

    #[test]
    fn a_slope_stays_where_it_is_whatever_lies_beyond_the_picture() {
        for width in [100, 101, 107] {
            let mut slope = plane(width, 3, |x, _| 2 * x as u8);
            slope.reach.0 = 100.0;
            let scaled = lanczos3(&slope, 25, 1);
            // Four samples for each: the first has its middle between samples 1 and 2.
            for (index, &found) in scaled.iter().enumerate().skip(4).take(17) {
                assert_near(found, 8.0 * index as f32 + 3.0);
            }
        }
    }
}
