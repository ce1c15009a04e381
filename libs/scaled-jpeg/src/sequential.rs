//! Decodes the blocks of a sequential scan into samples.

use crate::bits::BitReader;
use crate::error::{Flaw, OVERFULL};
use crate::frame::Frame;
use crate::huffman::{DC_BITS_MAX, HuffmanTable};
use crate::plane::{Canvas, Canvases};
use crate::scale::Scale;
use crate::scan::Scan;
use crate::skip::SkipTable;
use crate::source::Source;
use crate::tables::{QuantizationTable, Tables, ZIGZAG};
use crate::walk::Walk;

/// The tables and the state for decoding the blocks of a channel.
struct Channel<'t> {
    dc: &'t HuffmanTable,
    ac: &'t HuffmanTable,
    /// Absent at full scale, where nothing is skipped.
    skip: Option<&'t SkipTable>,
    steps: &'t QuantizationTable,
    /// The last coefficient, in coding order, that is not skipped.
    keep: usize,
    canvas: &'t mut Canvas,
    /// The DC coefficient of the block before.
    prediction: i32,
}

/// Returns how many bytes that do not belong to the picture may still follow.
pub(crate) fn decode_scan(
    canvases: &mut Canvases,
    frame: &Frame,
    scan: &Scan,
    tables: &mut Tables,
    source: &mut Source<'_>,
) -> Result<usize, Flaw> {
    let claimed = canvases.claim_all(scan)?;
    for channel in &scan.channels {
        tables.provide_standard_huffman(channel.dc_table, channel.ac_table)?;
    }
    for (channel, canvas) in scan.channels.iter().zip(&claimed) {
        if canvas.scale != Scale::Full {
            tables.prepare_skipping(channel.ac_table)?;
        }
    }
    let mut channels = Vec::with_capacity(scan.channels.len());
    for (channel, canvas) in scan.channels.iter().zip(claimed) {
        channels.push(Channel {
            dc: tables.dc(channel.dc_table)?,
            ac: tables.ac(channel.ac_table)?,
            skip: tables.skip(channel.ac_table).filter(|_| canvas.scale != Scale::Full),
            steps: tables.quantization(frame.components[channel.component].quantization_table)?,
            keep: canvas.scale.last_coefficient(),
            canvas,
            prediction: 0,
        });
    }
    let side_of = |channel: usize| channels[channel].canvas.scale.block_side();
    let walk = Walk::new(scan, frame, tables.restart_interval, side_of);
    let restart = |channels: &mut Vec<Channel<'_>>| channels.iter_mut().for_each(|channel| channel.prediction = 0);
    walk.read(source, &mut channels, restart, |channels, reader, index, at| {
        let channel = &mut channels[index];
        if channel.keep == 0 {
            let dc = read_dc(reader, channel)?;
            if let Some(skip) = channel.skip {
                reader.skip_block(channel.ac, skip, 1)?;
            }
            channel.canvas.paint_mean(at, dc, channel.steps[0]);
            return Ok(());
        }
        let mut block = [0; 64];
        let last = read_block(reader, channel, &mut block)?;
        channel.canvas.paint(at, &block, last, channel.steps);
        Ok(())
    })
}

/// Reads a block (T.81, F.2.2) up to the last coefficient to keep, passes the others, and returns the index of the
/// last one read.
#[inline]
fn read_block(reader: &mut BitReader<'_, '_>, channel: &mut Channel<'_>, block: &mut [i16; 64]) -> Result<usize, Flaw> {
    block[0] = read_dc(reader, channel)?;
    let mut last = 0;
    let mut at = 1;
    while at <= channel.keep {
        let (run, value) = read_ac(reader, channel.ac)?;
        if value == 0 {
            // Sixteen zeros, or the end of the block.
            if run != 15 {
                return Ok(last);
            }
            at += 16;
            continue;
        }
        at += usize::from(run);
        let place = ZIGZAG.get(at).ok_or(OVERFULL)?;
        block[usize::from(*place)] = value;
        last = at;
        at += 1;
    }
    match (channel.skip, u32::try_from(at)) {
        (Some(skip), Ok(at)) if at < 64 => reader.skip_block(channel.ac, skip, at)?,
        _ if at > 64 => return Err(OVERFULL),
        _ => {}
    }
    Ok(last)
}

#[inline]
fn read_dc(reader: &mut BitReader<'_, '_>, channel: &mut Channel<'_>) -> Result<i16, Flaw> {
    channel.prediction += i32::from(read_dc_difference(reader, channel.dc)?);
    narrow(channel.prediction)
}

#[inline]
pub(crate) fn read_dc_difference(reader: &mut BitReader<'_, '_>, table: &HuffmanTable) -> Result<i16, Flaw> {
    reader.provide();
    let whole = table.look_up_whole(reader.window);
    if whole.length > 0 {
        reader.consume(u32::from(whole.length))?;
        return Ok(whole.value);
    }
    read_long_dc(reader, table)
}

/// A separate function, so that the short path stays small enough to be inlined.
#[cold]
fn read_long_dc(reader: &mut BitReader<'_, '_>, table: &HuffmanTable) -> Result<i16, Flaw> {
    let size = reader.symbol(table)?;
    if size > DC_BITS_MAX {
        return Err(TOO_BRIGHT);
    }
    reader.signed(u32::from(size))
}

/// A run of zeros and the coefficient behind it, or zero for a symbol without one.
#[inline]
pub(crate) fn read_ac(reader: &mut BitReader<'_, '_>, table: &HuffmanTable) -> Result<(u8, i16), Flaw> {
    reader.provide();
    let whole = table.look_up_whole(reader.window);
    if whole.length > 0 {
        reader.consume(u32::from(whole.length))?;
        return Ok((whole.run, whole.value));
    }
    read_long_ac(reader, table)
}

#[cold]
fn read_long_ac(reader: &mut BitReader<'_, '_>, table: &HuffmanTable) -> Result<(u8, i16), Flaw> {
    let symbol = reader.symbol(table)?;
    Ok((symbol >> 4, reader.signed(u32::from(symbol & 15))?))
}

/// A prediction leaves the range only in damaged data.
#[inline]
pub(crate) fn narrow(dc: i32) -> Result<i16, Flaw> {
    i16::try_from(dc).map_err(|_| TOO_BRIGHT)
}

const TOO_BRIGHT: Flaw = Flaw("a block is brighter than eight bits can be");
