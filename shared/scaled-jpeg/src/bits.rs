//! What are the next bits of a scan, and are there any left?

use crate::error::Flaw;
use crate::huffman::HuffmanTable;

const ENDS_EARLY: Flaw = Flaw("a scan ends before its picture is complete");

/// Reads entropy-coded data up to the next marker. It never makes a bit up: where others feed zeros to a decoder that has
/// run dry, this one reports the flaw.
pub(crate) struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the top. Below `count` they are unspecified.
    window: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            window: 0,
            count: 0,
        }
    }

    /// Tops the window up to more than 48 bits, unless a marker comes before.
    #[inline]
    fn refill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(eight) = self.data.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_be_bytes(*eight);
            if !has_marker_byte(word) {
                self.window |= word >> self.count;
                let bytes = (63 - self.count) / 8;
                self.at += bytes as usize;
                self.count += bytes * 8;
                return;
            }
        }
        self.refill_by_byte();
    }

    fn refill_by_byte(&mut self) {
        // The fast path may have left bits of the next byte below `count`.
        self.window &= !(u64::MAX.checked_shr(self.count).unwrap_or(0));
        while self.count <= 56 {
            let (byte, bytes) = match self.data.get(self.at..) {
                // A stuffed zero says that this 0xFF is data (T.81, F.1.2.3).
                Some([0xFF, 0x00, ..]) => (0xFF, 2),
                Some([0xFF, ..] | []) | None => return,
                Some([byte, ..]) => (*byte, 1),
            };
            self.window |= u64::from(byte) << (56 - self.count);
            self.count += 8;
            self.at += bytes;
        }
    }

    #[inline]
    fn consume(&mut self, bits: u32) -> Result<(), Flaw> {
        if bits > self.count {
            return Err(ENDS_EARLY);
        }
        self.window <<= bits;
        self.count -= bits;
        Ok(())
    }

    #[inline]
    pub(crate) fn symbol(&mut self, table: &HuffmanTable) -> Result<u8, Flaw> {
        self.refill();
        let Some((symbol, length)) = table.look_up((self.window >> 48) as u32) else {
            return Err(if self.count < 16 {
                ENDS_EARLY
            } else {
                Flaw("a scan has a code that no table knows")
            });
        };
        self.consume(length)?;
        Ok(symbol)
    }

    /// At most 16 bits, the first as the most significant.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "sixteen bits fit into 31")]
    pub(crate) fn bits(&mut self, count: u32) -> Result<i32, Flaw> {
        if count == 0 {
            return Ok(0);
        }
        self.refill();
        let value = (self.window >> (64 - count)) as i32;
        self.consume(count)?;
        Ok(value)
    }

    pub(crate) fn bit(&mut self) -> Result<bool, Flaw> {
        Ok(self.bits(1)? == 1)
    }

    /// A number of `count` bits of which the lower half of the range stands for the negative ones (T.81, F.2.2.1). At
    /// most 15 bits, so that it fits a coefficient.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "fifteen bits and a sign are sixteen")]
    pub(crate) fn signed(&mut self, count: u32) -> Result<i16, Flaw> {
        let value = self.bits(count)?;
        let negative = count > 0 && value < 1 << (count - 1);
        Ok((if negative { value - (1 << count) + 1 } else { value }) as i16)
    }

    /// Passes the restart marker `RSTn`, which must be the next thing.
    pub(crate) fn restart(&mut self, number: u8) -> Result<(), Flaw> {
        self.finish_interval()?;
        let rest = self.data.get(self.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        match rest.get(fill) {
            Some(&marker) if fill > 0 && marker == 0xD0 + number => {
                self.at += fill + 1;
                Ok(())
            }
            None => Err(ENDS_EARLY),
            Some(_) => Err(Flaw("a restart marker is missing or out of turn")),
        }
    }

    /// Bytes taken by the scan, up to the marker that follows it.
    pub(crate) fn finish(mut self) -> Result<usize, Flaw> {
        self.finish_interval()?;
        Ok(self.at)
    }

    /// The last byte is padded with bits. Some encoders append whole bytes of padding; anything else means that the data
    /// and the picture have lost each other.
    fn finish_interval(&mut self) -> Result<(), Flaw> {
        self.consume(self.count % 8)?;
        loop {
            self.refill_by_byte();
            if self.count == 0 {
                return Ok(());
            }
            let byte = (self.window >> 56) as u8;
            if byte != 0 && byte != 0xFF {
                return Err(Flaw("a scan has more data than its picture needs"));
            }
            self.consume(8)?;
        }
    }
}

/// Whether any of the eight bytes is 0xFF: the classic test for a zero byte, on the complement.
#[inline]
fn has_marker_byte(word: u64) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_where_marker = !word;
    zero_where_marker.wrapping_sub(LOW) & word & HIGH != 0
}
