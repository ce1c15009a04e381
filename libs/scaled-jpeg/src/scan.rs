//! Reads the header of a scan: which channels follow, and with which tables.

use crate::error::Flaw;
use crate::frame::Frame;

/// A scan header (T.81, B.2.3).
pub(crate) struct Scan {
    pub(crate) channels: Vec<ScanChannel>,
    /// First and last coefficient, in coding order.
    pub(crate) band: (usize, usize),
    /// The bit that an earlier scan has reached; zero when there was none.
    pub(crate) bit_before: u32,
    /// The lowest bit that this scan codes.
    pub(crate) bit: u32,
}

pub(crate) struct ScanChannel {
    /// Index among the frame's components.
    pub(crate) component: usize,
    pub(crate) dc_table: usize,
    pub(crate) ac_table: usize,
}

/// The lowest bit of a coefficient that a progressive scan may start from (T.81, table B.3).
const BIT_MAX: u8 = 13;
/// Blocks in a minimum coded unit (T.81, B.2.3).
pub(crate) const UNIT_BLOCKS_MAX: usize = 10;

impl Scan {
    pub(crate) fn parse(payload: &[u8], frame: &Frame) -> Result<Self, Flaw> {
        const MALFORMED: Flaw = Flaw("a scan header is malformed");
        let (&channel_count, entries) = payload.split_first().ok_or(MALFORMED)?;
        let (entries, parameters) = entries
            .split_at_checked(usize::from(channel_count) * 2)
            .ok_or(MALFORMED)?;
        let &[band_start, band_end, approximation] = parameters else {
            return Err(MALFORMED);
        };
        let mut channels: Vec<ScanChannel> = Vec::with_capacity(entries.len() / 2);
        for entry in entries.chunks_exact(2) {
            // Channels should have names of their own. Where some share one, they come in their order.
            let is_free = |index: usize| channels.iter().all(|other| other.component != index);
            let component = (0..frame.components.len())
                .find(|&index| frame.components[index].id == entry[0] && is_free(index))
                .ok_or(Flaw(
                    "a scan names a channel that the picture does not have, or names it twice",
                ))?;
            channels.push(ScanChannel {
                component,
                dc_table: usize::from(entry[1] >> 4),
                ac_table: usize::from(entry[1] & 15),
            });
        }
        let blocks: usize = channels
            .iter()
            .map(|channel| frame.components[channel.component].blocks_in_unit())
            .sum();
        if channels.is_empty() || (channels.len() > 1 && blocks > UNIT_BLOCKS_MAX) {
            return Err(MALFORMED);
        }
        let (bit_before, bit) = (approximation >> 4, approximation & 15);
        let (first, last) = (usize::from(band_start), usize::from(band_end));
        // A sequential picture does not use the three parameters, and some encoders leave them at zero.
        if frame.progressive
            && (first > last || last > 63 || bit > BIT_MAX || (bit_before != 0 && bit_before != bit + 1))
        {
            return Err(MALFORMED);
        }
        Ok(Self {
            channels,
            band: (first, last),
            bit_before: u32::from(bit_before),
            bit: u32::from(bit),
        })
    }

    /// The blocks that the scan contains.
    pub(crate) fn blocks(&self, frame: &Frame) -> u64 {
        let blocks = |channel: &ScanChannel| frame.components[channel.component].blocks() as u64;
        self.channels.iter().map(blocks).sum()
    }
}
