//! Which symbol do the next bits stand for?

use crate::error::Flaw;

/// Codes up to this length are found by one look-up. More costs cache, less costs time on the long codes.
pub(crate) const FAST_BITS: u32 = 10;
const CODE_BITS_MAX: u32 = 16;

/// A canonical code (T.81, annex C).
pub(crate) struct HuffmanTable {
    /// By the next [`FAST_BITS`] bits: length and symbol, or a length of zero for a longer code.
    fast: Box<[(u8, u8); 1 << FAST_BITS]>,
    /// By length: one past the last code, aligned to 16 bits.
    limits: [u32; CODE_BITS_MAX as usize + 1],
    /// By length: the first code, and the index of its symbol.
    firsts: [(u32, usize); CODE_BITS_MAX as usize + 1],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// From the number of codes of each length, and the symbols in the order of their codes.
    pub(crate) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Flaw> {
        let mut table = Self {
            fast: Box::new([(0, 0); 1 << FAST_BITS]),
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
}
