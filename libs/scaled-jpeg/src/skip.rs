//! Skips the coefficients that the scale does not need.
//!
//! At an eighth of the size, a pixel is the mean of a block, which is its DC coefficient. The other 63 still have to be
//! skipped: each is a code of variable length with a number behind it, and the next block begins where the last of them
//! ends. Finding that place takes only their lengths, not their values. So a table gives, for the next few bits, the
//! sum of the symbols in them: bits, coefficients, and whether the block ends.

use crate::bits::{BitReader, REFILLED_BITS};
use crate::error::{Flaw, OVERFULL};
use crate::huffman::HuffmanTable;

/// Bits looked at in one step. More hold more symbols; beyond this, the table outgrows the first cache.
const STEP_BITS: u32 = 13;
/// The last code of a step may lie at its very end, with a coefficient behind it.
const STEP_BITS_USED_MAX: u32 = STEP_BITS + 15;
const _: () = assert!(2 * STEP_BITS_USED_MAX <= REFILLED_BITS);

/// Coefficients of a block.
const BLOCK_LENGTH: u32 = 64;

/// Indexed by the next [`STEP_BITS`] bits: the sum of the symbols that begin in them.
pub(crate) struct SkipTable(Box<[Step; 1 << STEP_BITS]>);

/// Six bits: the bits used. Above them, seven: coefficients passed. Above them, one: whether the block ends.
///
/// So packed, the table is half the size of one with fields of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step(u16);

impl Step {
    const END: u32 = 128;
    /// Longer than any block: the careful path takes over.
    const UNKNOWN: Self = Self(64 << 6);

    #[inline]
    fn bits(self) -> u32 {
        u32::from(self.0 & 63)
    }

    /// With [`Step::END`] added where the block ends, so that one comparison finds all that is not plain going on.
    #[inline]
    fn advance(self) -> u32 {
        u32::from(self.0 >> 6)
    }
}

impl SkipTable {
    pub(crate) fn new(table: &HuffmanTable) -> Self {
        let mut steps = Box::new([Step::UNKNOWN; 1 << STEP_BITS]);
        for (index, slot) in (0_u32..).zip(steps.iter_mut()) {
            if let Some(step) = step(table, index) {
                *slot = step;
            }
        }
        Self(steps)
    }

    #[inline]
    fn step(&self, window: u64) -> Step {
        self.0[(window >> (64 - STEP_BITS)) as usize]
    }
}

/// Follows the symbols that begin in these bits, as long as their codes are whole.
fn step(table: &HuffmanTable, bits: u32) -> Option<Step> {
    let (mut used, mut advance) = (0, 0);
    while used < STEP_BITS {
        let left = STEP_BITS - used;
        let next_16_bits = bits << (16 - left) & 0xFFFF;
        let Some((symbol, length)) = table.look_up(next_16_bits) else {
            break;
        };
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if length > left {
            break;
        }
        if size == 0 && run != 15 {
            used += length;
            advance += Step::END;
            break;
        }
        if advance + run + 1 >= BLOCK_LENGTH {
            break;
        }
        used += length + size;
        advance += run + 1;
    }
    let step = u16::try_from(advance << 6 | used).ok()?;
    (used > 0).then_some(Step(step))
}

impl BitReader<'_, '_> {
    /// Skips the rest of a block (T.81, F.2.2.2), from the coefficient `at` on.
    #[inline]
    pub(crate) fn skip_block(&mut self, table: &HuffmanTable, steps: &SkipTable, at: u32) -> Result<(), Flaw> {
        let mut at = self.skip_fast(steps, at);
        while at < BLOCK_LENGTH {
            at = self.skip_symbol(table, at)?;
            if at < BLOCK_LENGTH {
                at = self.skip_fast(steps, at);
            }
        }
        if at == BLOCK_LENGTH { Ok(()) } else { Err(OVERFULL) }
    }

    /// Makes table steps as long as possible, two for each refill (the assertion above shows that they fit). Returns
    /// the coefficient from which symbols must be read one by one, or [`BLOCK_LENGTH`].
    #[inline]
    fn skip_fast(&mut self, steps: &SkipTable, mut at: u32) -> u32 {
        'refilled: while self.refill() {
            for _ in 0..2 {
                let step = steps.step(self.window);
                let next = at + step.advance();
                if next >= BLOCK_LENGTH {
                    let ended = step.advance() >= Step::END && next < BLOCK_LENGTH + Step::END;
                    if !ended && next != BLOCK_LENGTH {
                        // The block ends somewhere within the step, or the bits are unknown: the step is not made.
                        break 'refilled;
                    }
                    self.pass(step);
                    return BLOCK_LENGTH;
                }
                self.pass(step);
                at = next;
            }
        }
        at
    }

    #[inline]
    fn pass(&mut self, step: Step) {
        self.window <<= step.bits();
        self.count -= step.bits();
    }

    /// One symbol with all checks: at the end of the data, at the end of a block, and for a long code. Returns the
    /// next coefficient.
    #[cold]
    fn skip_symbol(&mut self, table: &HuffmanTable, at: u32) -> Result<u32, Flaw> {
        let symbol = self.symbol(table)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 && run != 15 {
            return Ok(BLOCK_LENGTH);
        }
        self.skip(size)?;
        Ok(at + run + 1)
    }
}
