//! Decodes the scans of a progressive picture, each of which refines the coefficients.

use crate::bits::BitReader;
use crate::coefficients::{Block, Coefficients};
use crate::error::{Flaw, OVERFULL};
use crate::frame::Frame;
use crate::huffman::HuffmanTable;
use crate::scan::Scan;
use crate::sequential::{narrow, read_ac, read_dc_difference};
use crate::source::Source;
use crate::tables::Tables;
use crate::walk::Walk;

/// The state that a restart marker resets.
struct Running {
    predictions: [i32; 4],
    /// Further blocks whose band has no new coefficient.
    empty_blocks: i32,
}

impl Running {
    fn new() -> Self {
        Self {
            predictions: [0; 4],
            empty_blocks: 0,
        }
    }

    fn restart(&mut self) {
        *self = Self::new();
    }
}

/// One scan codes either the DC coefficients of several channels or a band of AC coefficients of one, and either for
/// the first time or one bit finer.
pub(crate) fn decode_scan(
    coefficients: &mut Coefficients,
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    source: &mut Source<'_>,
) -> Result<(), Flaw> {
    coefficients.begin(frame, scan, tables)?;
    let first_time = scan.bit_before == 0;
    match (scan.band.0 > 0, first_time) {
        (false, true) => decode_dc(coefficients, frame, scan, tables, source),
        (false, false) => refine_dc(coefficients, frame, scan, tables, source),
        (true, _) => {
            let table = tables.ac(scan.channels[0].ac_table)?;
            let walk = Walk::new(scan, frame, tables.restart_interval, |_| 1);
            let channel = &mut coefficients.channels[scan.channels[0].component];
            if !channel.reads_ac() {
                return walk.pass(source);
            }
            walk.read(
                source,
                &mut Running::new(),
                Running::restart,
                |running, reader, _, at| {
                    let mut block = channel.block(at);
                    if first_time {
                        read_band(reader, table, scan, running, &mut block)
                    } else {
                        refine_band(reader, table, scan, running, &mut block)
                    }
                },
            )
            .map(|_extra_bytes_max| ())
        }
    }
}

fn decode_dc(
    coefficients: &mut Coefficients,
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    source: &mut Source<'_>,
) -> Result<(), Flaw> {
    let mut dc_tables = Vec::with_capacity(scan.channels.len());
    for channel in &scan.channels {
        dc_tables.push(tables.dc(channel.dc_table)?);
    }
    let walk = Walk::new(scan, frame, tables.restart_interval, |_| 1);
    walk.read(
        source,
        &mut Running::new(),
        Running::restart,
        |running, reader, index, at| {
            let prediction = &mut running.predictions[index];
            *prediction += i32::from(read_dc_difference(reader, dc_tables[index])?);
            let channel = &mut coefficients.channels[scan.channels[index].component];
            *channel.dc(at) = narrow(*prediction)? << scan.bit;
            Ok(())
        },
    )
    .map(|_extra_bytes_max| ())
}

fn refine_dc(
    coefficients: &mut Coefficients,
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    source: &mut Source<'_>,
) -> Result<(), Flaw> {
    Walk::new(scan, frame, tables.restart_interval, |_| 1)
        .read(
            source,
            &mut (),
            |()| {},
            |(), reader, index, at| {
                if reader.bit()? {
                    let channel = &mut coefficients.channels[scan.channels[index].component];
                    *channel.dc(at) |= 1 << scan.bit;
                }
                Ok(())
            },
        )
        .map(|_extra_bytes_max| ())
}

/// First scan of a band (T.81, G.1.2.2).
fn read_band(
    reader: &mut BitReader<'_, '_>,
    table: &HuffmanTable,
    scan: &Scan,
    running: &mut Running,
    block: &mut Block<'_>,
) -> Result<(), Flaw> {
    if running.empty_blocks > 0 {
        running.empty_blocks -= 1;
        return Ok(());
    }
    let (first, last) = scan.band;
    let mut at = first;
    while at <= last {
        let (run, value) = read_ac(reader, table)?;
        if value == 0 {
            if run != 15 {
                // This block is one of them.
                running.empty_blocks = (1 << run) - 1 + reader.bits(u32::from(run))?;
                break;
            }
            at += 16;
            continue;
        }
        at += usize::from(run);
        if at > last {
            return Err(OVERFULL);
        }
        block.enter(at, value.wrapping_shl(scan.bit));
        at += 1;
    }
    if at > last + 1 { Err(OVERFULL) } else { Ok(()) }
}

/// A later scan of a band, which adds one bit to each coefficient (T.81, G.1.2.3).
fn refine_band(
    reader: &mut BitReader<'_, '_>,
    table: &HuffmanTable,
    scan: &Scan,
    running: &mut Running,
    block: &mut Block<'_>,
) -> Result<(), Flaw> {
    let (first, last) = scan.band;
    let bit = 1_i16 << scan.bit;
    let mut at = first;
    while running.empty_blocks == 0 && at <= last {
        let symbol = reader.symbol(table)?;
        let run = symbol >> 4;
        let new = match symbol & 15 {
            0 if run != 15 => {
                running.empty_blocks = (1 << run) + reader.bits(u32::from(run))?;
                break;
            }
            0 => None,
            1 => Some(if reader.bit()? { bit } else { -bit }),
            _ => return Err(Flaw("a refined coefficient grows by more than one bit")),
        };
        at = refine_up_to(reader, block, (at, last), run, bit)?;
        if let Some(new) = new {
            if at > last {
                return Err(OVERFULL);
            }
            block.enter(at, new);
        }
        at += 1;
    }
    if running.empty_blocks > 0 {
        let mut nonzero = block.nonzero_between(at, last);
        while nonzero != 0 {
            if reader.bit()? {
                block.correct(nonzero.trailing_zeros() as usize, bit);
            }
            nonzero &= nonzero - 1;
        }
        running.empty_blocks -= 1;
    }
    Ok(())
}

/// Reads a correction bit for every coefficient that is not zero, up to the zero after `zeros` others, or to the end of
/// the band. Returns the place where it stopped.
fn refine_up_to(
    reader: &mut BitReader<'_, '_>,
    block: &mut Block<'_>,
    (first, last): (usize, usize),
    mut zeros: u8,
    bit: i16,
) -> Result<usize, Flaw> {
    for at in first..=last {
        if block.is_nonzero(at) {
            if reader.bit()? {
                block.correct(at, bit);
            }
        } else if zeros == 0 {
            return Ok(at);
        } else {
            zeros -= 1;
        }
    }
    Ok(last + 1)
}
