//! Goes through the blocks of a scan in the order in which the file holds them.

use crate::bits::{BitReader, ENDS_EARLY};
use crate::error::Flaw;
use crate::frame::Frame;
use crate::scale::BLOCK_SIDE;
use crate::scan::{Scan, UNIT_BLOCKS_MAX};
use crate::source::Source;

/// The way through a scan: unit by unit, row by row.
pub(crate) struct Walk {
    unit: Vec<UnitBlock>,
    units_wide: usize,
    units_high: usize,
    /// Units between two restart markers; zero for none.
    restart_interval: usize,
}

/// One of the blocks of a minimum coded unit.
struct UnitBlock {
    /// Index among the scan's channels.
    channel: usize,
    /// Where the first one of the block's items lies, in the plane of its channel.
    at: usize,
    /// From there to the same block of the next unit.
    across: usize,
    /// From the first block of a row of units to that of the next row.
    down: usize,
    /// The first of all.
    start: usize,
}

impl Walk {
    /// `side_of` answers how many items a block has along a side in the plane to be filled, by the index of the channel
    /// in the scan.
    pub(crate) fn new(scan: &Scan, frame: &Frame, restart_interval: usize, side_of: impl Fn(usize) -> usize) -> Self {
        let mut unit = Vec::with_capacity(UNIT_BLOCKS_MAX);
        let alone = scan.channels.len() == 1;
        for (channel, scanned) in scan.channels.iter().enumerate() {
            let component = &frame.components[scanned.component];
            let side = side_of(channel);
            let row = component.blocks_wide * side * side;
            let (horizontal, vertical) = if alone {
                (1, 1)
            } else {
                (component.horizontal, component.vertical)
            };
            for down in 0..vertical {
                unit.extend((0..horizontal).map(|across| UnitBlock {
                    channel,
                    at: 0,
                    across: horizontal * side,
                    down: vertical * row,
                    start: down * row + across * side,
                }));
            }
        }
        let (units_wide, units_high) = match scan.channels.as_slice() {
            // A channel of its own is coded without the padding to whole units (T.81, A.2.2).
            [channel] => {
                let component = &frame.components[channel.component];
                (
                    component.width.div_ceil(BLOCK_SIDE),
                    component.height.div_ceil(BLOCK_SIDE),
                )
            }
            _ => (frame.units_wide, frame.units_high),
        };
        Self {
            unit,
            units_wide,
            units_high,
            restart_interval,
        }
    }

    /// Calls `decode` for every block of the scan: with the reader, the index among the scan's channels and the place
    /// of the block's first item. `restart` resets what does not outlive a restart marker. Returns how many bytes that
    /// do not belong to the picture may still follow.
    pub(crate) fn read<S>(
        mut self,
        source: &mut Source<'_>,
        state: &mut S,
        restart: impl Fn(&mut S),
        mut decode: impl FnMut(&mut S, &mut BitReader<'_, '_>, usize, usize) -> Result<(), Flaw>,
    ) -> Result<usize, Flaw> {
        let mut reader = BitReader::new(source);
        let mut restarts = Restarts::new(self.restart_interval);
        for row in 0..self.units_high {
            for block in &mut self.unit {
                block.at = block.start + row * block.down;
            }
            for _ in 0..self.units_wide {
                if restarts.due(&mut reader)? {
                    restart(state);
                }
                for block in &mut self.unit {
                    decode(state, &mut reader, block.channel, block.at)?;
                    block.at += block.across;
                }
            }
        }
        reader.finish()
    }

    /// Passes the data of the scan unread. What can be checked without reading is: there is data, the restart markers
    /// are those that the picture needs, in their turn, and behind the scan comes a marker.
    pub(crate) fn pass(self, source: &mut Source<'_>) -> Result<(), Flaw> {
        let units = self.units_wide * self.units_high;
        let markers = (units - 1).checked_div(self.restart_interval).unwrap_or(0);
        for number in (0..8).cycle().take(markers) {
            if !source.pass_scan() {
                return Err(ENDS_EARLY);
            }
            source.restart_marker(number)?;
        }
        if source.pass_scan() { Ok(()) } else { Err(ENDS_EARLY) }
    }
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
