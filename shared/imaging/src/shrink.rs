//! Shrinks a picture while its rows arrive.

use crate::decoded::{Pixels, Shrunk};
use crate::raster::{Layout, PIXEL_BYTES, Raster};

/// Pixels along one side of a box, at most: their sum must fit 32 bits.
const FACTOR_MAX: u32 = 128;
const _: () = assert!(FACTOR_MAX.pow(2) as u64 * (OPAQUE as u64).pow(2) <= u32::MAX as u64);
const _: () = assert!(FACTOR_MAX * OPAQUE <= u16::MAX as u32);
/// The alpha of what hides everything behind it.
const OPAQUE: u32 = u8::MAX as u32;
/// The shrunk picture is about this many times as large as the largest thumbnail made of it. With twice, the box dulls
/// what the filter after it should keep: two points of SSIMULACRA2 before encoding, half a point to one after.
const SHRUNK_RATIO: u32 = 3;
/// Where that is more than [`SHRUNK_PX`], about twice has to do: three times would be memory and time for a difference
/// that only the largest sizes have, and those have it least. In tenths, because just below twice is what is left of
/// 4032 and of 4000 pixels, the longest sides of most telephones' photos.
const SHRUNK_RATIO_TENTHS_MIN: u32 = 19;
/// Along the longest side: that of the largest thumbnail, 1024 pixels, at the least ratio.
const SHRUNK_PX: u32 = 1_945;

/// Takes rows in RGBA and keeps the means of boxes, so that never more than a box's height of rows is open. Colours are
/// weighed by their opacity: the colour of the invisible does not count.
///
/// Rows are added up column by column, and columns to boxes once the last row of a box is there: so almost all of the
/// work is the adding of long rows, which the compiler does many samples at a time.
pub(crate) struct BoxShrink {
    factor: usize,
    width_px: u32,
    /// Of the open rows that are opaque throughout, by column: red, green, blue, alpha.
    opaque: Vec<u16>,
    opaque_rows: usize,
    /// Of the other open rows, each for itself: red, green, blue times alpha, and alpha.
    weighed: [Vec<u32>; PIXEL_BYTES],
    weighed_rows: usize,
    rows: usize,
    samples: Vec<u8>,
    is_opaque: bool,
}

/// The side of a box that leaves `left_px` or more of a picture's longest side; one where nothing may be lost.
pub(crate) fn factor(longest_px: u32, left_px: u32) -> u32 {
    (longest_px / left_px.max(1)).clamp(1, FACTOR_MAX)
}

/// The size to shrink to, for thumbnails up to `largest_px`.
pub(crate) fn left_px(largest_px: u32) -> u32 {
    let wanted = largest_px.saturating_mul(SHRUNK_RATIO).min(SHRUNK_PX);
    wanted.max(largest_px.saturating_mul(SHRUNK_RATIO_TENTHS_MIN) / 10)
}

/// The same for a picture that is there as a whole, because its rows did not come one by one: a filter over all of it
/// would take more time, and memory of its own beside it.
pub(crate) fn reduced(raster: Raster, largest_px: u32) -> Pixels {
    let (width_px, height_px) = raster.size();
    let factor = factor(width_px.max(height_px), left_px(largest_px));
    if factor == 1 {
        return Pixels::Raster(raster);
    }
    let mut shrink = BoxShrink::new(width_px, height_px, factor);
    for row in raster.samples.chunks_exact(width_px as usize * PIXEL_BYTES) {
        shrink.take(row);
    }
    // What is transparent is found again, box by box.
    Pixels::Shrunk(shrink.finish(raster.layout.opaque()))
}

impl BoxShrink {
    /// For a picture of this size, whose memory is taken at once: a buffer that grows is there twice.
    pub(crate) fn new(width_px: u32, height_px: u32, factor: u32) -> Self {
        let boxes = width_px.div_ceil(factor) as usize * height_px.div_ceil(factor) as usize;
        let columns = width_px as usize;
        Self {
            factor: factor as usize,
            width_px,
            opaque: vec![0; columns * PIXEL_BYTES],
            opaque_rows: 0,
            weighed: std::array::from_fn(|_| vec![0; columns]),
            weighed_rows: 0,
            rows: 0,
            samples: Vec::with_capacity(boxes * PIXEL_BYTES),
            is_opaque: true,
        }
    }

    /// Memory for a picture of this size, when all of it has been taken.
    pub(crate) fn bytes(width_px: u32, height_px: u32, factor: u32) -> u64 {
        let boxes = u64::from(width_px.div_ceil(factor)) * u64::from(height_px.div_ceil(factor));
        let sums_bytes = (size_of::<u16>() + size_of::<u32>()) as u64;
        (boxes + u64::from(width_px) * sums_bytes) * PIXEL_BYTES as u64
    }

    pub(crate) fn take(&mut self, row: &[u8]) {
        if is_opaque(row) {
            for (sum, &sample) in self.opaque.iter_mut().zip(row) {
                *sum += u16::from(sample);
            }
            self.opaque_rows += 1;
        } else {
            let [red, green, blue, alpha] = &mut self.weighed;
            let sums = red.iter_mut().zip(green).zip(blue).zip(alpha);
            for ((((red, green), blue), alpha), pixel) in sums.zip(row.as_chunks::<PIXEL_BYTES>().0) {
                // In one register, or the compiler would not take several pixels at a time.
                let pixel = u32::from_le_bytes(*pixel);
                let weight = pixel >> 24;
                *red += (pixel & 0xFF) * weight;
                *green += (pixel >> 8 & 0xFF) * weight;
                *blue += (pixel >> 16 & 0xFF) * weight;
                *alpha += weight;
            }
            self.weighed_rows += 1;
            self.is_opaque = false;
        }
        self.rows += 1;
        if self.opaque_rows + self.weighed_rows == self.factor {
            self.close();
        }
    }

    fn close(&mut self) {
        let rows = self.opaque_rows + self.weighed_rows;
        let opaque = self.opaque.as_chunks::<PIXEL_BYTES>().0;
        for first in (0..opaque.len()).step_by(self.factor) {
            let columns = first..(first + self.factor).min(opaque.len());
            let count = u32::try_from(columns.len() * rows).unwrap_or(u32::MAX);
            let mut sums = [0; PIXEL_BYTES];
            for column in &opaque[columns.clone()] {
                for (sum, &of_column) in sums.iter_mut().zip(column) {
                    *sum += u32::from(of_column);
                }
            }
            let mut weights = [1; PIXEL_BYTES];
            if self.weighed_rows > 0 {
                weights = [OPAQUE, OPAQUE, OPAQUE, 1];
                for ((sum, weight), weighed) in sums.iter_mut().zip(weights).zip(&self.weighed) {
                    *sum = *sum * weight + weighed[columns.clone()].iter().sum::<u32>();
                }
            }
            for (sum, weight) in sums.into_iter().zip(weights) {
                let divisor = count * weight;
                let mean = (sum + divisor / 2) / divisor;
                self.samples.push(u8::try_from(mean).unwrap_or(u8::MAX));
            }
        }
        self.opaque.fill(0);
        if self.weighed_rows > 0 {
            self.weighed.iter_mut().for_each(|sums| sums.fill(0));
        }
        (self.opaque_rows, self.weighed_rows) = (0, 0);
    }

    /// `opaque` is what the pixels are if all of them are opaque.
    #[expect(
        clippy::cast_precision_loss,
        reason = "sides of pictures, which fit a float many times over"
    )]
    pub(crate) fn finish(mut self, opaque: Layout) -> Shrunk {
        if self.opaque_rows + self.weighed_rows > 0 {
            self.close();
        }
        let height = self.rows.div_ceil(self.factor);
        Shrunk {
            reach: (
                f64::from(self.width_px) / self.factor as f64,
                self.rows as f64 / self.factor as f64,
            ),
            raster: Raster {
                width_px: self.width_px.div_ceil(u32::try_from(self.factor).unwrap_or(1)),
                height_px: u32::try_from(height).unwrap_or(u32::MAX),
                layout: if self.is_opaque { opaque } else { opaque.with_alpha() },
                samples: self.samples,
            },
        }
    }
}

fn is_opaque(row: &[u8]) -> bool {
    /// As many bytes as a vector register of any processor holds.
    const PIECE: usize = 64;
    let (pieces, rest) = row.as_chunks::<PIECE>();
    let mut common = [u8::MAX; PIECE];
    for piece in pieces {
        for (common, byte) in common.iter_mut().zip(piece) {
            *common &= byte;
        }
    }
    let alphas = |bytes: &[u8]| bytes.iter().skip(3).step_by(PIXEL_BYTES).all(|&alpha| alpha == u8::MAX);
    alphas(&common) && alphas(rest)
}

#[cfg(test)]
mod tests {
    use super::{BoxShrink, factor, left_px};
    use crate::decoded::Shrunk;
    use crate::raster::Layout;

    fn shrunk(width: u32, rows: &[Vec<[u8; 4]>], factor: u32) -> Shrunk {
        let mut shrink = BoxShrink::new(width, u32::try_from(rows.len()).unwrap(), factor);
        for row in rows {
            shrink.take(row.as_flattened());
        }
        shrink.finish(Layout::Rgb)
    }

    #[test]
    fn three_times_the_largest_is_left_or_about_twice_where_that_is_much() {
        assert_eq!([128, 256, 512, 1024].map(left_px), [384, 768, 1536, 1945]);
        assert_eq!(left_px(3000), 5700);
        for telephone in [3968, 4000, 4032, 4080, 4096] {
            assert_eq!(factor(telephone, left_px(1024)), 2, "{telephone}");
        }
        assert_eq!(factor(4743, left_px(256)), 6);
        assert_eq!(factor(1535, left_px(256)), 1);
        assert_eq!(factor(1536, left_px(256)), 2);
        assert_eq!(factor(65_535, left_px(0)), 128);
    }

    #[test]
    fn a_pixel_is_the_mean_of_its_box_and_cut_boxes_count_what_they_have() {
        let rows: Vec<Vec<[u8; 4]>> = (0..3_u8)
            .map(|y| (0..5_u8).map(|x| [10 * x, 10 * y, 7, 255]).collect())
            .collect();
        let Shrunk { raster, reach } = shrunk(5, &rows, 2);
        assert_eq!((raster.size(), raster.layout, reach), ((3, 2), Layout::Rgb, (2.5, 1.5)));
        assert_eq!(raster.samples[..4], [5, 5, 7, 255]);
        assert_eq!(raster.samples[8..12], [40, 5, 7, 255]);
        assert_eq!(raster.samples[20..], [40, 20, 7, 255]);
    }

    #[test]
    fn the_invisible_has_no_colour() {
        let rows = vec![vec![[200, 100, 0, 255], [0, 255, 255, 0]]; 2];
        let Shrunk { raster, .. } = shrunk(2, &rows, 2);
        // Premultiplied: half the colour at half the opacity.
        assert_eq!(raster.samples, [100, 50, 0, 128]);
        assert_eq!(raster.layout, Layout::Rgba);
    }

    #[test]
    fn rows_with_transparency_and_rows_without_are_one_picture() {
        let opaque = vec![[100, 200, 40, 255]; 20];
        let mut pierced = opaque.clone();
        pierced[3] = [9, 9, 9, 0];
        for rows in [[opaque.clone(), pierced.clone()], [pierced, opaque.clone()]] {
            let Shrunk { raster, .. } = shrunk(20, &rows, 2);
            assert_eq!(raster.samples[..4], [100, 200, 40, 255]);
            // Three of four pixels, premultiplied.
            assert_eq!(raster.samples[4..8], [75, 150, 30, 191]);
            assert_eq!(raster.layout, Layout::Rgba);
        }
        assert_eq!(shrunk(20, &[opaque.clone(), opaque], 2).raster.layout, Layout::Rgb);
    }

    #[test]
    fn the_largest_box_does_not_overflow() {
        let mut rows = vec![vec![[255, 255, 255, 255]; 128]; 128];
        assert_eq!(shrunk(128, &rows, 128).raster.samples, [255; 4]);
        for row in &mut rows {
            row[127][3] = 254;
        }
        assert_eq!(shrunk(128, &rows, 128).raster.samples, [255; 4]);
    }
}
