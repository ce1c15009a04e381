//! Makes a picture of one or two columns smaller, for which libwebp's scaler is of no use.

use crate::libwebp::PIXEL_BYTES;

/// A pixel of the result is the mean of those that it stands for, those that it shares with a neighbour counted in
/// part. No side is larger than before.
pub(crate) fn shrink(pixels: &[u8], (from_width, from_height): (u32, u32), (width, height): (u32, u32)) -> Vec<u8> {
    let mut shrunk = Vec::with_capacity(width as usize * height as usize * PIXEL_BYTES);
    for row in 0..height {
        for column in 0..width {
            let (mut sums, mut weights) = ([0_u64; PIXEL_BYTES], 0_u64);
            for (y, down) in shares(row, from_height, height) {
                for (x, across) in shares(column, from_width, width) {
                    let at = (y as usize * from_width as usize + x as usize) * PIXEL_BYTES;
                    let weight = across * down;
                    weights += weight;
                    for (sum, &sample) in sums.iter_mut().zip(&pixels[at..]) {
                        *sum += weight * u64::from(sample);
                    }
                }
            }
            let mean = |sum: u64| u8::try_from((sum + weights / 2) / weights).unwrap_or(u8::MAX);
            shrunk.extend(sums.map(mean));
        }
    }
    shrunk
}

/// The lines that one of `to` results is made of, out of `from`, each with how much of it counts. In units of which a
/// line has `to` and a result has `from`.
fn shares(result: u32, from: u32, to: u32) -> impl Iterator<Item = (u32, u64)> {
    let (from, to) = (u64::from(from), u64::from(to));
    let (start, end) = (u64::from(result) * from, u64::from(result + 1) * from);
    (start / to..end.div_ceil(to)).map(move |line| {
        let share = end.min((line + 1) * to) - start.max(line * to);
        (u32::try_from(line).unwrap_or(u32::MAX), share)
    })
}

#[cfg(test)]
mod tests {
    use super::shrink;

    #[test]
    fn a_pixel_is_the_mean_of_those_it_stands_for() {
        let column = [0_u8, 90, 180].map(|level| [level, level, 7, 255]);
        assert_eq!(shrink(column.as_flattened(), (1, 3), (1, 3)), column.as_flattened());
        assert_eq!(shrink(column.as_flattened(), (1, 3), (1, 1)), [90, 90, 7, 255]);
        // A pixel and a half each.
        assert_eq!(
            shrink(column.as_flattened(), (1, 3), (1, 2)),
            [30, 30, 7, 255, 150, 150, 7, 255]
        );
        let pair = [[10, 0, 0, 255], [20, 0, 0, 255]];
        assert_eq!(shrink(pair.as_flattened(), (2, 1), (1, 1)), [15, 0, 0, 255]);
    }
}
