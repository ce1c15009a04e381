//! How is a picture made smaller while its rows arrive?

use crate::raster::{Layout, PIXEL_BYTES, Pixels, Raster, Shrunk};

/// Pixels along one side of a box, at most: their sum must fit 32 bits.
const FACTOR_MAX: u32 = 128;
const _: () = assert!((FACTOR_MAX as u64).pow(2) * 255 * 255 <= u32::MAX as u64);
/// What is left is at least this many times as large as the largest picture that is made of it.
const SHRUNK_RATIO_MIN: u32 = 2;

/// Takes rows in RGBA and keeps the means of boxes, so that never more than a box's height of rows is open. Colours are
/// weighed by their opacity: the colour of the invisible does not count.
pub(crate) struct BoxShrink {
    factor: usize,
    width_px: u32,
    /// Of the boxes that are open: red, green, blue times alpha, and alpha.
    sums: Vec<[u32; PIXEL_BYTES]>,
    rows_open: usize,
    rows: usize,
    samples: Vec<u8>,
    is_opaque: bool,
}

/// The side of a box for a picture whose longest side is `longest_px`; one where nothing may be lost.
pub(crate) fn factor(longest_px: u32, largest_px: u32) -> u32 {
    (longest_px / largest_px.saturating_mul(SHRUNK_RATIO_MIN).max(1)).clamp(1, FACTOR_MAX)
}

/// The same for a picture that is there as a whole, because its rows did not come one by one: a filter over all of it
/// would take more time, and memory of its own beside it.
pub(crate) fn reduced(raster: Raster, largest_px: u32) -> Pixels {
    let (width_px, height_px) = raster.size();
    let factor = factor(width_px.max(height_px), largest_px);
    if factor == 1 {
        return Pixels::Raster(raster);
    }
    let mut shrink = BoxShrink::new(width_px, height_px, factor);
    for row in raster.samples.chunks_exact(width_px as usize * PIXEL_BYTES) {
        shrink.take(row);
    }
    // What is transparent is found again, box by box.
    let opaque = match raster.layout {
        Layout::Rgba => Layout::Rgb,
        other => other,
    };
    Pixels::Shrunk(shrink.finish(opaque))
}

impl BoxShrink {
    /// For a picture of this size, whose memory is taken at once: a buffer that grows is there twice.
    pub(crate) fn new(width_px: u32, height_px: u32, factor: u32) -> Self {
        let boxes = width_px.div_ceil(factor) as usize * height_px.div_ceil(factor) as usize;
        Self {
            factor: factor as usize,
            width_px,
            sums: vec![[0; PIXEL_BYTES]; width_px.div_ceil(factor) as usize],
            rows_open: 0,
            rows: 0,
            samples: Vec::with_capacity(boxes * PIXEL_BYTES),
            is_opaque: true,
        }
    }

    /// Memory for a picture of this size, when all of it has been taken.
    pub(crate) fn bytes(width_px: u32, height_px: u32, factor: u32) -> u64 {
        let row = u64::from(width_px.div_ceil(factor)) * PIXEL_BYTES as u64;
        row * u64::from(height_px.div_ceil(factor)) + row * size_of::<u32>() as u64
    }

    pub(crate) fn take(&mut self, row: &[u8]) {
        let (pixels, _) = row.as_chunks::<PIXEL_BYTES>();
        let is_opaque = pixels.iter().all(|pixel| pixel[3] == u8::MAX);
        for (sum, pixels) in self.sums.iter_mut().zip(pixels.chunks(self.factor)) {
            let of_row = if is_opaque {
                sum_opaque(pixels)
            } else {
                sum_weighed(pixels)
            };
            for (sum, of_row) in sum.iter_mut().zip(of_row) {
                *sum += of_row;
            }
        }
        self.is_opaque &= is_opaque;
        self.rows += 1;
        self.rows_open += 1;
        if self.rows_open == self.factor {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut columns_left = self.width_px as usize;
        for sum in &mut self.sums {
            let columns = columns_left.min(self.factor);
            columns_left -= columns;
            let count = u32::try_from(columns * self.rows_open).unwrap_or(u32::MAX);
            let [red, green, blue, alpha] = std::mem::take(sum);
            let mean = |sum: u32, weight: u32| {
                let divisor = count * weight;
                u8::try_from((sum + divisor / 2) / divisor).unwrap_or(u8::MAX)
            };
            let colours = [red, green, blue].map(|sum| mean(sum, 255));
            self.samples.extend(colours);
            self.samples.push(mean(alpha, 1));
        }
        self.rows_open = 0;
    }

    /// `opaque` is what the pixels are if all of them are opaque.
    #[expect(
        clippy::cast_precision_loss,
        reason = "sides of pictures, which fit a float many times over"
    )]
    pub(crate) fn finish(mut self, opaque: Layout) -> Shrunk {
        if self.rows_open > 0 {
            self.close();
        }
        let height = self.rows.div_ceil(self.factor);
        Shrunk {
            reach: (
                f64::from(self.width_px) / self.factor as f64,
                self.rows as f64 / self.factor as f64,
            ),
            raster: Raster {
                width_px: u32::try_from(self.sums.len()).unwrap_or(u32::MAX),
                height_px: u32::try_from(height).unwrap_or(u32::MAX),
                layout: if self.is_opaque { opaque } else { Layout::Rgba },
                samples: self.samples,
            },
        }
    }
}

fn sum_weighed(pixels: &[[u8; PIXEL_BYTES]]) -> [u32; PIXEL_BYTES] {
    let mut sums = [0; PIXEL_BYTES];
    for &[red, green, blue, alpha] in pixels {
        let weighed = [red, green, blue].map(|colour| u32::from(colour) * u32::from(alpha));
        sums[0] += weighed[0];
        sums[1] += weighed[1];
        sums[2] += weighed[2];
        sums[3] += u32::from(alpha);
    }
    sums
}

/// The same where alpha is 255 throughout, and the weighing can wait.
fn sum_opaque(pixels: &[[u8; PIXEL_BYTES]]) -> [u32; PIXEL_BYTES] {
    let mut sums = [0; PIXEL_BYTES];
    for pixel in pixels {
        for (sum, &sample) in sums.iter_mut().zip(pixel) {
            *sum += u32::from(sample);
        }
    }
    [sums[0] * 255, sums[1] * 255, sums[2] * 255, sums[3]]
}

#[cfg(test)]
mod tests {
    use super::{BoxShrink, factor};
    use crate::raster::{Layout, Shrunk};

    fn shrunk(width: u32, rows: &[Vec<[u8; 4]>], factor: u32) -> Shrunk {
        let mut shrink = BoxShrink::new(width, u32::try_from(rows.len()).unwrap(), factor);
        for row in rows {
            shrink.take(row.as_flattened());
        }
        shrink.finish(Layout::Rgb)
    }

    #[test]
    fn twice_the_largest_is_left() {
        assert_eq!(factor(4743, 256), 9);
        assert_eq!(factor(1023, 256), 1);
        assert_eq!(factor(1024, 256), 2);
        assert_eq!(factor(100, 256), 1);
        assert_eq!(factor(65_535, 0), 128);
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
    fn the_largest_box_does_not_overflow() {
        let rows = vec![vec![[255, 255, 255, 255]; 128]; 128];
        assert_eq!(shrunk(128, &rows, 128).raster.samples, [255; 4]);
    }
}
