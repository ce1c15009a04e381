//! How do the scans of a progressive picture add up to coefficients?

use crate::bits::BitReader;
use crate::error::Flaw;
use crate::frame::Frame;
use crate::huffman::HuffmanTable;
use crate::scan::Scan;
use crate::sequential::{OVERFULL, Planes, narrow, read_dc_difference};
use crate::tables::{QuantizationTable, Tables, ZIGZAG};

/// Not coded by any scan so far.
const NEVER: u8 = u8::MAX;

/// The coefficients of every component, refined scan by scan (T.81, annex G).
pub(crate) struct Coefficients {
    channels: Vec<Channel>,
}

struct Channel {
    /// 64 for each block. Flat, so that the memory of a picture that only claims to be large is never touched.
    coefficients: Vec<i16>,
    blocks_wide: usize,
    /// In force when the channel was first coded; the file may redefine the slot later.
    steps: Option<QuantizationTable>,
    /// For each coefficient, in coding order, the lowest bit that is known.
    known_to_bit: [u8; 64],
}

/// What does not outlive a restart marker.
struct Running {
    predictions: [i32; 4],
    /// Blocks whose band is known to hold nothing new.
    empty_blocks: i32,
}

impl Coefficients {
    pub(crate) fn new(frame: &Frame) -> Self {
        let channels = frame
            .components
            .iter()
            .map(|component| Channel {
                coefficients: vec![0; component.samples()],
                blocks_wide: component.blocks_wide,
                steps: None,
                known_to_bit: [NEVER; 64],
            })
            .collect();
        Self { channels }
    }

    pub(crate) fn decode_scan(
        &mut self,
        frame: &Frame,
        scan: &Scan,
        tables: &Tables,
        data: &[u8],
    ) -> Result<usize, Flaw> {
        self.check_progress(scan)?;
        for channel in &scan.channels {
            let steps = tables.quantization(frame.components[channel.component].quantization_table)?;
            self.channels[channel.component].steps.get_or_insert(*steps);
        }
        let restart = |running: &mut Running| *running = Running::new();
        let mut running = Running::new();
        let interval = tables.restart_interval;
        let first = scan.bit_before == 0;
        if scan.band.0 > 0 {
            let table = tables.ac(scan.channels[0].ac_table)?;
            let channel = &mut self.channels[scan.channels[0].component];
            return scan.walk(
                frame,
                interval,
                data,
                &mut running,
                restart,
                |running, reader, _, (column, row)| {
                    let block = channel.block(column, row);
                    if first {
                        read_band(reader, table, scan, running, block)
                    } else {
                        refine_band(reader, table, scan, running, block)
                    }
                },
            );
        }
        if first {
            let mut dc_tables = Vec::with_capacity(scan.channels.len());
            for channel in &scan.channels {
                dc_tables.push(tables.dc(channel.dc_table)?);
            }
            return scan.walk(
                frame,
                interval,
                data,
                &mut running,
                restart,
                |running, reader, index, (column, row)| {
                    let channel = &mut self.channels[scan.channels[index].component];
                    let prediction = &mut running.predictions[index];
                    *prediction += i32::from(read_dc_difference(reader, dc_tables[index])?);
                    channel.block(column, row)[0] = narrow(*prediction)? << scan.bit;
                    Ok(())
                },
            );
        }
        scan.walk(
            frame,
            interval,
            data,
            &mut running,
            restart,
            |_, reader, index, (column, row)| {
                let channel = &mut self.channels[scan.channels[index].component];
                if reader.bit()? {
                    channel.block(column, row)[0] |= 1 << scan.bit;
                }
                Ok(())
            },
        )
    }

    /// Each coefficient is coded once and then refined bit by bit. A scan out of turn means that one is missing.
    fn check_progress(&mut self, scan: &Scan) -> Result<(), Flaw> {
        const OUT_OF_TURN: Flaw = Flaw("the scans of the progressive picture do not follow each other");
        let (first, last) = scan.band;
        // DC and AC coefficients are never coded together, AC ones for one channel at a time (T.81, G.1.1.1.1).
        if (first == 0 && last != 0) || (first > 0 && scan.channels.len() != 1) {
            return Err(OUT_OF_TURN);
        }
        let expected = if scan.bit_before == 0 {
            NEVER
        } else {
            u8::try_from(scan.bit_before).unwrap_or(NEVER)
        };
        let reached = u8::try_from(scan.bit).map_err(|_| OUT_OF_TURN)?;
        for channel in &scan.channels {
            for known in &mut self.channels[channel.component].known_to_bit[first..=last] {
                if *known != expected {
                    return Err(OUT_OF_TURN);
                }
                *known = reached;
            }
        }
        Ok(())
    }

    /// Frees the coefficients channel by channel, because the pixels are to come.
    pub(crate) fn render(self, frame: &Frame, planes: &mut Planes) -> Result<(), Flaw> {
        for (component, channel) in self.channels.into_iter().enumerate() {
            let (Some(steps), true) = (channel.steps, channel.known_to_bit[0] != NEVER) else {
                return Err(Flaw("a channel of the picture is missing"));
            };
            planes.claim(component)?;
            let blocks_wide = frame.components[component].blocks_wide;
            for (index, block) in channel.coefficients.as_chunks::<64>().0.iter().enumerate() {
                let last = if block[1..].iter().all(|&coefficient| coefficient == 0) {
                    0
                } else {
                    63
                };
                planes.store(
                    component,
                    (index % blocks_wide, index / blocks_wide),
                    block,
                    last,
                    &steps,
                );
            }
        }
        Ok(())
    }
}

impl Channel {
    #[inline]
    fn block(&mut self, column: usize, row: usize) -> &mut [i16; 64] {
        &mut self.coefficients.as_chunks_mut().0[row * self.blocks_wide + column]
    }
}

impl Running {
    fn new() -> Self {
        Self {
            predictions: [0; 4],
            empty_blocks: 0,
        }
    }
}

/// First scan of a band (T.81, G.1.2.2).
fn read_band(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    running: &mut Running,
    block: &mut [i16; 64],
) -> Result<(), Flaw> {
    if running.empty_blocks > 0 {
        running.empty_blocks -= 1;
        return Ok(());
    }
    let (first, last) = scan.band;
    let mut at = first;
    while at <= last {
        let symbol = reader.symbol(table)?;
        let (run, size) = (symbol >> 4, u32::from(symbol & 15));
        if size == 0 {
            if run != 15 {
                // This block is one of them.
                running.empty_blocks = (1 << run) - 1 + reader.bits(u32::from(run))?;
                break;
            }
            at += 16;
            continue;
        }
        at += usize::from(run);
        let value = reader.signed(size)?;
        if at > last {
            return Err(OVERFULL);
        }
        block[usize::from(ZIGZAG[at])] = value.wrapping_shl(scan.bit);
        at += 1;
    }
    if at > last + 1 { Err(OVERFULL) } else { Ok(()) }
}

/// A later scan of a band, which adds one bit to each coefficient (T.81, G.1.2.3).
fn refine_band(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    running: &mut Running,
    block: &mut [i16; 64],
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
        at = refine_known(reader, block, (at, last), Some(run), bit)?;
        if let Some(new) = new {
            if at > last {
                return Err(OVERFULL);
            }
            block[usize::from(ZIGZAG[at])] = new;
        }
        at += 1;
    }
    if running.empty_blocks > 0 {
        refine_known(reader, block, (at, last), None, bit)?;
        running.empty_blocks -= 1;
    }
    Ok(())
}

/// Reads a correction bit for every coefficient that is not zero, up to the zero after `zeros` others, or to the end of
/// the band. Answers with the place where it stopped.
fn refine_known(
    reader: &mut BitReader<'_>,
    block: &mut [i16; 64],
    (first, last): (usize, usize),
    mut zeros: Option<u8>,
    bit: i16,
) -> Result<usize, Flaw> {
    for at in first..=last {
        let coefficient = &mut block[usize::from(ZIGZAG[at])];
        if *coefficient != 0 {
            if reader.bit()? {
                let correction = if *coefficient > 0 { bit } else { -bit };
                *coefficient = coefficient.wrapping_add(correction);
            }
            continue;
        }
        match &mut zeros {
            Some(0) => return Ok(at),
            Some(left) => *left -= 1,
            None => {}
        }
    }
    Ok(last + 1)
}
