//! Decodes Huffman codes: the symbol that the next bits stand for.

use crate::error::Flaw;

/// Codes up to this length are found by one look-up. More costs cache, less costs time on the long codes.
pub(crate) const FAST_BITS: u32 = 10;
const CODE_BITS_MAX: u32 = 16;

/// Bits of a DC difference in an eight-bit picture (T.81, table F.1), with room for the imprecise.
pub(crate) const DC_BITS_MAX: u8 = 12;

/// Which coefficients a table is for (T.81, B.2.4.2): the two kinds of symbols differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A symbol is the number of bits of a difference.
    Dc,
    /// A symbol is a run of zeros and the number of bits of the coefficient behind them.
    Ac,
}

/// A canonical code (T.81, annex C).
pub(crate) struct HuffmanTable {
    /// Indexed by the next [`FAST_BITS`] bits: length and symbol, or a length of zero for a longer code.
    fast: Box<[(u8, u8); 1 << FAST_BITS]>,
    /// Indexed by the same bits: the symbol and its coefficient, if both fit; else empty.
    whole: Box<[Whole; 1 << FAST_BITS]>,
    /// By length: one past the last code, aligned to 16 bits.
    limits: [u32; CODE_BITS_MAX as usize + 1],
    /// By length: the first code, and the index of its symbol.
    firsts: [(u32, usize); CODE_BITS_MAX as usize + 1],
    symbols: Vec<u8>,
}

/// A symbol together with the bits that follow it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Whole {
    /// The coefficient or difference; zero for a symbol without one.
    pub(crate) value: i16,
    /// Zeros before it. Of a symbol without a coefficient, 15 stands for sixteen zeros, all else for the end.
    pub(crate) run: u8,
    /// Of code and coefficient together; zero if they do not fit.
    pub(crate) length: u8,
}

impl HuffmanTable {
    /// From the number of codes of each length, and the symbols in the order of their codes.
    pub(crate) fn new(class: Class, counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Flaw> {
        let mut table = Self {
            fast: Box::new([(0, 0); 1 << FAST_BITS]),
            whole: Box::new([Whole::default(); 1 << FAST_BITS]),
            limits: [0; 17],
            firsts: [(0, 0); 17],
            symbols: symbols.to_vec(),
        };
        let mut code: u32 = 0;
        let mut index = 0;
        for (length, &count) in (1_u8..).zip(counts) {
            let first = (code, index);
            code += u32::from(count);
            if code > 1 << length {
                return Err(Flaw("a Huffman table has more codes than fit"));
            }
            index += usize::from(count);
            table.limits[usize::from(length)] = code << (CODE_BITS_MAX - u32::from(length));
            table.firsts[usize::from(length)] = first;
            table.fill_fast(length, first, index);
            code <<= 1;
        }
        table.fill_whole(class);
        Ok(table)
    }

    /// Enters the codes of one length, of which the last symbol is the one before `end`.
    fn fill_fast(&mut self, length: u8, (code, index): (u32, usize), end: usize) {
        let Some(unused_bits) = FAST_BITS.checked_sub(u32::from(length)) else {
            return;
        };
        let start = (code << unused_bits) as usize;
        for (slots, &symbol) in self.fast[start..]
            .chunks_exact_mut(1 << unused_bits)
            .zip(&self.symbols[index..end])
        {
            slots.fill((length, symbol));
        }
    }

    /// Enters the codes that are short enough to bring their coefficient along.
    fn fill_whole(&mut self, class: Class) {
        for (bits, (slot, &(length, symbol))) in (0_i32..).zip(self.whole.iter_mut().zip(self.fast.iter())) {
            let (run, size) = match class {
                // Too large, which is an error: the slow path reports it.
                Class::Dc if symbol > DC_BITS_MAX => continue,
                Class::Dc => (0, symbol),
                Class::Ac => (symbol >> 4, symbol & 15),
            };
            let Some(unused_bits) = FAST_BITS.checked_sub(u32::from(length + size)) else {
                continue;
            };
            if length > 0 {
                let value = (bits >> unused_bits) & ((1 << size) - 1);
                *slot = Whole {
                    value: extended(value, u32::from(size)),
                    run,
                    length: length + size,
                };
            }
        }
    }

    /// Symbol and code length for the next 16 bits, or `None` where they begin no code.
    #[inline]
    pub(crate) fn look_up(&self, next_16_bits: u32) -> Option<(u8, u32)> {
        let (length, symbol) = self.fast[(next_16_bits >> (CODE_BITS_MAX - FAST_BITS)) as usize];
        if length != 0 {
            return Some((symbol, u32::from(length)));
        }
        self.look_up_long(next_16_bits)
    }

    #[cold]
    fn look_up_long(&self, next_16_bits: u32) -> Option<(u8, u32)> {
        let length = (FAST_BITS + 1..=CODE_BITS_MAX).find(|&length| next_16_bits < self.limits[length as usize])?;
        let (code, index) = self.firsts[length as usize];
        let offset = (next_16_bits >> (CODE_BITS_MAX - length)).checked_sub(code)?;
        self.symbols
            .get(index + offset as usize)
            .map(|&symbol| (symbol, length))
    }

    /// The symbol and coefficient in the topmost [`FAST_BITS`] of a window, if both fit.
    #[inline]
    pub(crate) fn look_up_whole(&self, window: u64) -> Whole {
        self.whole[(window >> (64 - FAST_BITS)) as usize]
    }
}

/// What `count` bits mean as a coefficient: those that begin with a one stand for themselves, the others for negative
/// numbers (T.81, table F.1).
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "fifteen bits and a sign are sixteen")]
pub(crate) fn extended(value: i32, count: u32) -> i16 {
    let negative = count > 0 && value < 1 << (count - 1);
    (if negative { value - (1 << count) + 1 } else { value }) as i16
}
