//! The inverse cosine transform: from the coefficients of a block to its samples, at each scale.

use std::num::Wrapping;

use crate::scale::BLOCK_SIDE;
use crate::tables::QuantizationTable;

/// Fractional bits of the constants.
const CONSTANT_BITS: usize = 13;
/// Fractional bits kept between the two passes.
const PASS_BITS: usize = 2;
/// A sample of zero amplitude is middle gray.
const MIDDLE: i32 = 128;

/// Damaged data may make any sum overflow. The result is one wrong block of a picture that is refused anyway; it must
/// not be a panic.
type Fixed = Wrapping<i32>;

/// A whole block, in the accurate integer arithmetic of libjpeg: columns, then rows.
///
/// Loeffler, Ligtenberg, Moschytz: Practical fast 1-D DCT algorithms with 11 multiplications. ICASSP 1989.
pub(crate) fn full(block: &[i16; 64], steps: &QuantizationTable, target: &mut [u8], stride: usize) {
    let mut between = [Wrapping(0); 64];
    for column in 0..BLOCK_SIDE {
        let line = std::array::from_fn(|row| dequantized(block, steps, row * BLOCK_SIDE + column));
        for (row, value) in one_dimension(line).into_iter().enumerate() {
            between[row * BLOCK_SIDE + column] = rounded(value, CONSTANT_BITS - PASS_BITS);
        }
    }
    for (line, row) in between.chunks_exact(BLOCK_SIDE).zip(target.chunks_mut(stride)) {
        let line = std::array::from_fn(|column| line[column]);
        for (sample, value) in row.iter_mut().zip(one_dimension(line)) {
            // The division by eight of the two-dimensional transform is part of the last shift.
            *sample = to_sample(rounded(value, CONSTANT_BITS + PASS_BITS + 3));
        }
    }
}

/// The mean of a block: the DC coefficient is eight times that.
pub(crate) fn mean(dc: i16, step: u16) -> u8 {
    to_sample(rounded(Wrapping(i32::from(dc)) * Wrapping(i32::from(step)), 3))
}

/// A block of one colour: most blocks of a sky, and a fraction of the work.
pub(crate) fn flat(sample: u8, side: usize, target: &mut [u8], stride: usize) {
    for row in target.chunks_mut(stride).take(side) {
        row[..side].fill(sample);
    }
}

/// A block at half its size: the four by four coefficients of the lowest frequencies, taken for those of a block that
/// is as large. The coefficients that are left out are details that half the size cannot show.
pub(crate) fn half(block: &[i16; 64], steps: &QuantizationTable, target: &mut [u8], stride: usize) {
    const SIDE: usize = 4;
    let mut between = [Wrapping(0); SIDE * SIDE];
    for column in 0..SIDE {
        let line = std::array::from_fn(|row| dequantized(block, steps, row * BLOCK_SIDE + column));
        for (row, value) in four(line).into_iter().enumerate() {
            between[row * SIDE + column] = rounded(value, CONSTANT_BITS - PASS_BITS);
        }
    }
    for (line, row) in between.chunks_exact(SIDE).zip(target.chunks_mut(stride)) {
        let line = std::array::from_fn(|column| line[column]);
        for (sample, value) in row.iter_mut().zip(four(line)) {
            *sample = to_sample(rounded(value, CONSTANT_BITS + PASS_BITS + 3));
        }
    }
}

/// A block at a quarter of its size: the same with two by two, of which the transform is adding and subtracting.
pub(crate) fn quarter(block: &[i16; 64], steps: &QuantizationTable, target: &mut [u8], stride: usize) {
    let [mean, across, down, both] = [0, 1, BLOCK_SIDE, BLOCK_SIDE + 1].map(|place| dequantized(block, steps, place));
    let rows = [
        [mean + across + down + both, mean - across + down - both],
        [mean + across - down - both, mean - across - down + both],
    ];
    for (values, row) in rows.into_iter().zip(target.chunks_mut(stride)) {
        for (sample, value) in row.iter_mut().zip(values) {
            *sample = to_sample(rounded(value, 3));
        }
    }
}

#[inline]
fn dequantized(block: &[i16; 64], steps: &QuantizationTable, place: usize) -> Fixed {
    Wrapping(i32::from(block[place])) * Wrapping(i32::from(steps[place]))
}

/// Four coefficients to four values, scaled up by [`CONSTANT_BITS`]. In the scaling of eight: a constant stays what it
/// is.
#[inline]
fn four(line: [Fixed; 4]) -> [Fixed; 4] {
    let even_0 = (line[0] + line[2]) << CONSTANT_BITS;
    let even_1 = (line[0] - line[2]) << CONSTANT_BITS;
    // The square root of two, times the cosines of 22.5 and 67.5 degrees.
    let odd_0 = line[1] * fixed(1.306_562_965) + line[3] * fixed(0.541_196_100);
    let odd_1 = line[1] * fixed(0.541_196_100) - line[3] * fixed(1.306_562_965);
    [even_0 + odd_0, even_1 + odd_1, even_1 - odd_1, even_0 - odd_0]
}

fn rounded(value: Fixed, bits: usize) -> Fixed {
    (value + Wrapping(1 << (bits - 1))) >> bits
}

#[expect(clippy::cast_sign_loss, reason = "clamped to a byte")]
fn to_sample(value: Fixed) -> u8 {
    value.0.saturating_add(MIDDLE).clamp(0, 255) as u8
}

/// Eight coefficients to eight values, scaled up by [`CONSTANT_BITS`].
#[inline]
fn one_dimension(line: [Fixed; 8]) -> [Fixed; 8] {
    let turned = (line[2] + line[6]) * fixed(0.541_196_100);
    let even_2 = turned - line[6] * fixed(1.847_759_065);
    let even_3 = turned + line[2] * fixed(0.765_366_865);
    let even_0 = (line[0] + line[4]) << CONSTANT_BITS;
    let even_1 = (line[0] - line[4]) << CONSTANT_BITS;
    let even = [even_0 + even_3, even_1 + even_2, even_1 - even_2, even_0 - even_3];

    let common = (line[7] + line[3] + line[5] + line[1]) * fixed(1.175_875_602);
    let outer = (line[7] + line[1]) * fixed(0.899_976_223);
    let inner = (line[5] + line[3]) * fixed(2.562_915_447);
    let left = common - (line[7] + line[3]) * fixed(1.961_570_560);
    let right = common - (line[5] + line[1]) * fixed(0.390_180_644);
    let odd = [
        line[1] * fixed(1.501_321_110) - outer + right,
        line[3] * fixed(3.072_711_026) - inner + left,
        line[5] * fixed(2.053_119_869) - inner + right,
        line[7] * fixed(0.298_631_336) - outer + left,
    ];
    [
        even[0] + odd[0],
        even[1] + odd[1],
        even[2] + odd[2],
        even[3] + odd[3],
        even[3] - odd[3],
        even[2] - odd[2],
        even[1] - odd[1],
        even[0] - odd[0],
    ]
}

/// A constant with [`CONSTANT_BITS`] fractional bits, rounded to the nearest. Evaluated by the compiler.
#[expect(clippy::cast_possible_truncation, reason = "constants below four, times 8192")]
const fn fixed(constant: f64) -> Fixed {
    Wrapping((constant * (1 << CONSTANT_BITS) as f64 + 0.5) as i32)
}
