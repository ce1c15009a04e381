//! Which blocks does a scan hold, in which order?

use crate::bits::{BitReader, ENDS_EARLY};
use crate::error::Flaw;
use crate::frame::{BLOCK_SIDE, Frame};
use crate::source::Source;

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
const UNIT_BLOCKS_MAX: usize = 10;

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
            let component = frame
                .components
                .iter()
                .position(|component| component.id == entry[0])
                .ok_or(Flaw("a scan names a channel that the picture does not have"))?;
            if channels.iter().any(|other| other.component == component) {
                return Err(Flaw("a scan names a channel twice"));
            }
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
        // The three parameters mean nothing to a sequential picture, and some encoders leave them at zero.
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

    /// Calls `decode` for every block of the scan: with the reader, the index among the scan's channels and the block's
    /// column and row. `restart` resets what does not outlive a restart marker.
    pub(crate) fn walk<S>(
        &self,
        frame: &Frame,
        restart_interval: usize,
        source: &mut Source<'_>,
        state: &mut S,
        restart: impl Fn(&mut S),
        mut decode: impl FnMut(&mut S, &mut BitReader<'_, '_>, usize, (usize, usize)) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        let mut reader = BitReader::new(source);
        let mut restarts = Restarts::new(restart_interval);
        if let [channel] = self.channels.as_slice() {
            // A channel of its own is coded without the padding to whole units (T.81, A.2.2).
            let component = &frame.components[channel.component];
            for row in 0..component.height.div_ceil(BLOCK_SIDE) {
                for column in 0..component.width.div_ceil(BLOCK_SIDE) {
                    if restarts.due(&mut reader)? {
                        restart(state);
                    }
                    decode(state, &mut reader, 0, (column, row))?;
                }
            }
            return reader.finish();
        }
        let unit = self.unit(frame);
        for unit_row in 0..frame.units_high {
            for unit_column in 0..frame.units_wide {
                if restarts.due(&mut reader)? {
                    restart(state);
                }
                for block in &unit {
                    let column = unit_column * block.horizontal + block.across;
                    let row = unit_row * block.vertical + block.down;
                    decode(state, &mut reader, block.channel, (column, row))?;
                }
            }
        }
        reader.finish()
    }

    /// The blocks of a minimum coded unit in their order (T.81, A.2.3), written out: one loop runs faster than three.
    fn unit(&self, frame: &Frame) -> Vec<UnitBlock> {
        let mut unit = Vec::with_capacity(UNIT_BLOCKS_MAX);
        for (index, channel) in self.channels.iter().enumerate() {
            let component = &frame.components[channel.component];
            let (horizontal, vertical) = (component.horizontal, component.vertical);
            for down in 0..vertical {
                unit.extend((0..horizontal).map(|across| UnitBlock {
                    channel: index,
                    horizontal,
                    vertical,
                    across,
                    down,
                }));
            }
        }
        unit
    }

    /// Passes the data of the scan unread. What can be checked without reading is: there is data, the restart markers are
    /// those that the picture needs, in their turn, and behind the scan comes a marker.
    pub(crate) fn pass(&self, frame: &Frame, restart_interval: usize, source: &mut Source<'_>) -> Result<(), Flaw> {
        let units = match self.channels.as_slice() {
            [channel] => frame.components[channel.component].own_units(),
            _ => frame.units_wide * frame.units_high,
        };
        let markers = (units - 1).checked_div(restart_interval).unwrap_or(0);
        for number in (0..8).cycle().take(markers) {
            if !source.pass_scan() {
                return Err(ENDS_EARLY);
            }
            source.restart_marker(number)?;
        }
        if source.pass_scan() { Ok(()) } else { Err(ENDS_EARLY) }
    }
}

/// One of the blocks of a minimum coded unit.
struct UnitBlock {
    /// Index among the scan's channels.
    channel: usize,
    /// Blocks of that channel in a unit.
    horizontal: usize,
    vertical: usize,
    /// Place among them.
    across: usize,
    down: usize,
}

/// Counts the units between restart markers.
struct Restarts {
    interval: usize,
    left: usize,
    /// Of the next marker, modulo eight.
    number: u8,
}

impl Restarts {
    fn new(interval: usize) -> Self {
        Self {
            interval,
            left: interval,
            number: 0,
        }
    }

    /// Asked before every unit; passes the marker that stands there.
    #[inline]
    fn due(&mut self, reader: &mut BitReader<'_, '_>) -> Result<bool, Flaw> {
        if self.interval == 0 {
            return Ok(false);
        }
        let due = self.left == 0;
        if due {
            reader.restart(self.number)?;
            self.number = (self.number + 1) % 8;
            self.left = self.interval;
        }
        self.left -= 1;
        Ok(due)
    }
}
