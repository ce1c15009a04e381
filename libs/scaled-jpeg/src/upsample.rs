//! Enlarges a channel that has fewer samples than the picture has pixels, row by row.

#![expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]

use crate::plane::Plane;

/// Writes one row of a channel at the picture's full width. Halved channels are interpolated linearly, as libjpeg does
/// ("fancy upsampling"): the samples lie between the pixels, so the nearer one counts three times as much. Rarer ratios
/// repeat the sample, and so does libjpeg where a row has no more than two samples.
pub(crate) fn row(plane: &Plane, y: usize, blend: &mut Vec<u16>, target: &mut [u8]) {
    let line = |row: usize| &plane.samples[row * plane.width..][..plane.width];
    match plane.pixels {
        (1, 1) => target.copy_from_slice(&line(y)[..target.len()]),
        (2, 1) if plane.width > 2 => double(line(y), target),
        (across @ (1 | 2), 2) if across == 1 || plane.width > 2 => {
            let near = y / 2;
            let far = if y.is_multiple_of(2) {
                near.saturating_sub(1)
            } else {
                (near + 1).min(plane.height - 1)
            };
            blend.clear();
            let pairs = line(near).iter().zip(line(far));
            blend.extend(pairs.map(|(&near, &far)| 3 * u16::from(near) + u16::from(far)));
            if across == 2 {
                double_blended(blend, target);
            } else {
                // Rounded up and down in turn, so that the picture does not get brighter.
                let half = if y.is_multiple_of(2) { 1 } else { 2 };
                for (pixel, &sum) in target.iter_mut().zip(blend.iter()) {
                    *pixel = ((sum + half) >> 2) as u8;
                }
            }
        }
        (across, down) => {
            for (pixels, &sample) in target.chunks_mut(across).zip(line(y / down)) {
                pixels.fill(sample);
            }
        }
    }
}

fn double(line: &[u8], target: &mut [u8]) {
    let last = line.len() - 1;
    for (x, pixels) in target.chunks_mut(2).enumerate() {
        let near = 3 * u16::from(line[x]);
        pixels[0] = ((near + u16::from(line[x.saturating_sub(1)]) + 1) >> 2) as u8;
        if let Some(right) = pixels.get_mut(1) {
            *right = ((near + u16::from(line[(x + 1).min(last)]) + 2) >> 2) as u8;
        }
    }
}

/// The same for sums of four.
fn double_blended(line: &[u16], target: &mut [u8]) {
    let last = line.len() - 1;
    for (x, pixels) in target.chunks_mut(2).enumerate() {
        let near = 3 * line[x];
        pixels[0] = ((near + line[x.saturating_sub(1)] + 8) >> 4) as u8;
        if let Some(right) = pixels.get_mut(1) {
            *right = ((near + line[(x + 1).min(last)] + 7) >> 4) as u8;
        }
    }
}
