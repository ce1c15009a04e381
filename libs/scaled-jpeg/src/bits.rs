//! Reads the bits of a scan, and reports when there are too few or too many of them.

use crate::error::Flaw;
use crate::huffman::{HuffmanTable, extended};
use crate::source::{Copied, Source};

pub(crate) const ENDS_EARLY: Flaw = Flaw("a scan ends before its picture is complete");

/// Bits that [`BitReader::refill`] provides while there are enough bytes.
pub(crate) const REFILLED_BITS: u32 = 56;

/// Bytes of zeros behind the last data: so that its end is not a special case before it is reached. Restart markers may
/// stand as close as a block.
const PADDING_BYTES: usize = 16;

/// Scanners and telephones leave bytes behind a complete scan: a few bytes, a piece of another row, or a trailer. Up to
/// this part of the scan they are skipped. More bytes would be rows that the header does not claim, so the picture
/// would be incomplete.
const EXTRA_PART: usize = 8;
/// The same in bytes, for the smallest pictures.
const EXTRA_BYTES_MIN: usize = 64;

/// Reads entropy-coded data up to the next marker. Other decoders continue with zeros when the data runs out. This one
/// reports the flaw: at the latest at the expected end of the data, it compares the bits that were read with the bits
/// that were there.
pub(crate) struct BitReader<'s, 'a> {
    source: &'s mut Source<'a>,
    /// Data without its stuffing, so that the innermost loops take eight bytes without looking at them.
    data: Vec<u8>,
    at: usize,
    /// Bits of the data; with the padding, if there is padding.
    end: usize,
    limit: usize,
    /// Behind `data` there is a marker, or nothing.
    at_marker: bool,
    /// Bytes of the scan that were ever in `data`.
    loaded_bytes: usize,
    /// The next bits, from the top. Below `count` they are those that follow, or zero.
    pub(crate) window: u64,
    pub(crate) count: u32,
}

impl<'s, 'a> BitReader<'s, 'a> {
    pub(crate) fn new(source: &'s mut Source<'a>) -> Self {
        let data = std::mem::take(&mut source.scratch);
        Self {
            source,
            data,
            at: 0,
            end: 0,
            limit: 0,
            at_marker: false,
            loaded_bytes: 0,
            window: 0,
            count: 0,
        }
    }

    /// Tops the window up to [`REFILLED_BITS`] or more, in a handful of instructions. Returns false, and does
    /// nothing, when the data at hand does not allow that.
    #[inline]
    pub(crate) fn refill(&mut self) -> bool {
        let data = &self.data[..self.limit];
        let Some(eight) = data.get(self.at..).and_then(<[u8]>::first_chunk::<8>) else {
            return false;
        };
        self.window |= u64::from_be_bytes(*eight) >> self.count;
        // Whole bytes that went in; what is left of the eighth is taken again next time.
        self.at += ((63 - self.count) / 8) as usize;
        self.count |= REFILLED_BITS;
        true
    }

    /// The same when the data at hand is used up.
    #[cold]
    fn refill_from_source(&mut self) {
        self.give_back();
        while !self.at_marker && self.end - self.at < 8 {
            self.load();
        }
        // The functions that consume bits detect that no data is left.
        self.refill();
    }

    /// Takes whole bytes out of the window again. What remains of it are the bits of a byte that has been begun.
    fn give_back(&mut self) {
        self.at -= (self.count / 8) as usize;
        self.count %= 8;
    }

    /// Fetches more data, and keeps what has not been taken. There is less than a window of that.
    fn load(&mut self) {
        self.data.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        let room = self.data.len() - PADDING_BYTES;
        let Copied { bytes, at_marker } = self.source.copy_scan(&mut self.data[self.end..room]);
        self.end += bytes;
        self.loaded_bytes += bytes;
        self.limit = self.end;
        self.at_marker = at_marker;
        if at_marker {
            self.limit += PADDING_BYTES;
            self.data[self.end..self.limit].fill(0);
        }
    }

    /// Makes 32 bits or more available, unless the data ends before.
    #[inline]
    pub(crate) fn provide(&mut self) {
        if self.count < 32 && !self.refill() {
            self.refill_from_source();
        }
    }

    #[inline]
    pub(crate) fn consume(&mut self, bits: u32) -> Result<(), Flaw> {
        if bits > self.count {
            return Err(ENDS_EARLY);
        }
        self.window <<= bits;
        self.count -= bits;
        Ok(())
    }

    #[inline]
    pub(crate) fn symbol(&mut self, table: &HuffmanTable) -> Result<u8, Flaw> {
        self.provide();
        let Some((symbol, length)) = table.look_up((self.window >> 48) as u32) else {
            return Err(if self.count < 16 || self.at >= self.end {
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
        self.provide();
        let value = (self.window >> (64 - count)) as i32;
        self.consume(count)?;
        Ok(value)
    }

    #[inline]
    pub(crate) fn bit(&mut self) -> Result<bool, Flaw> {
        Ok(self.bits(1)? == 1)
    }

    /// A number of `count` bits of which the lower half of the range stands for the negative ones (T.81, F.2.2.1). At
    /// most 15 bits, so that it fits a coefficient.
    #[inline]
    pub(crate) fn signed(&mut self, count: u32) -> Result<i16, Flaw> {
        let value = self.bits(count)?;
        Ok(extended(value, count))
    }

    /// Skips any number of bits.
    pub(crate) fn skip(&mut self, mut count: u32) -> Result<(), Flaw> {
        while count > 0 {
            self.provide();
            let step = count.min(32);
            self.consume(step)?;
            count -= step;
        }
        Ok(())
    }

    /// Skips the restart marker `RSTn`, which must be next.
    pub(crate) fn restart(&mut self, number: u8) -> Result<(), Flaw> {
        // No extra byte is accepted between two intervals: the decoder may have lost its place in the data.
        self.finish_interval(0)?;
        self.source.restart_marker(number)?;
        self.end = 0;
        self.limit = 0;
        self.at_marker = false;
        Ok(())
    }

    /// Ends the scan before the marker that follows it. All blocks of the scan have been read. Returns how many bytes
    /// more may follow that do not belong to the picture.
    pub(crate) fn finish(mut self) -> Result<usize, Flaw> {
        let unread = (self.count / 8) as usize + self.end.saturating_sub(self.at);
        let used_bytes = self.loaded_bytes.saturating_sub(unread);
        let extra_bytes_max = (used_bytes / EXTRA_PART).max(EXTRA_BYTES_MIN);
        let extra_bytes = self.finish_interval(extra_bytes_max)?;
        self.source.scratch = self.data;
        Ok(extra_bytes_max - extra_bytes)
    }

    /// The last byte is padded with bits, and some encoders append whole bytes of padding: zeros or 0xFF. Anything else
    /// counts as extra data, of which more than `extra_bytes_max` means that data and picture do not belong together.
    /// Returns the number of extra bytes.
    fn finish_interval(&mut self, extra_bytes_max: usize) -> Result<usize, Flaw> {
        self.give_back();
        self.window = 0;
        self.count = 0;
        if self.at > self.end {
            return Err(ENDS_EARLY);
        }
        let mut extra_bytes = 0;
        loop {
            let rest = &self.data[self.at..self.end];
            if extra_bytes > 0 || rest.iter().any(|&byte| byte != 0 && byte != 0xFF) {
                extra_bytes += rest.len();
                if extra_bytes > extra_bytes_max {
                    return Err(Flaw("a scan has more data than its picture needs"));
                }
            }
            self.at = 0;
            self.end = 0;
            if self.at_marker {
                return Ok(extra_bytes);
            }
            self.load();
        }
    }
}

impl Source<'_> {
    /// Passes the restart marker `RSTn` with its fill bytes.
    pub(crate) fn restart_marker(&mut self, number: u8) -> Result<(), Flaw> {
        match self.marker() {
            Ok(marker) if marker == 0xD0 + number => Ok(()),
            Err(None) => Err(ENDS_EARLY),
            Ok(_) | Err(Some(_)) => Err(Flaw("a restart marker is missing or out of turn")),
        }
    }
}
