//! Which samples do the coefficients of a block stand for?

use std::num::Wrapping;

use crate::frame::BLOCK_SIDE;
use crate::tables::QuantizationTable;

/// Fractional bits of the constants.
const CONSTANT_BITS: usize = 13;
/// Fractional bits kept between the two passes.
const PASS_BITS: usize = 2;
/// A sample of zero amplitude is middle gray.
const MIDDLE: i32 = 128;

/// Damaged data may make any sum overflow. That is one wrong block of a picture which is refused anyway, or was painted
/// so; it must not be a panic.
type Fixed = Wrapping<i32>;

/// A whole block, in the accurate integer arithmetic of libjpeg: columns, then rows.
///
/// Loeffler, Ligtenberg, Moschytz: Practical fast 1-D DCT algorithms with 11 multiplications. ICASSP 1989.
pub(crate) fn full(block: &[i16; 64], steps: &QuantizationTable, target: &mut [u8], stride: usize) {
    let mut between = [Wrapping(0); 64];
    for column in 0..BLOCK_SIDE {
        let line = std::array::from_fn(|row| {
            let place = row * BLOCK_SIDE + column;
            Wrapping(i32::from(block[place])) * Wrapping(i32::from(steps[place]))
        });
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

/// A block of one colour: most blocks of a sky, and a fraction of the work.
pub(crate) fn flat(dc: i16, step: u16, target: &mut [u8], stride: usize) {
    let sample = to_sample(rounded(Wrapping(i32::from(dc)) * Wrapping(i32::from(step)), 3));
    for row in target.chunks_mut(stride).take(BLOCK_SIDE) {
        row[..BLOCK_SIDE].fill(sample);
    }
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
