//! How do the blocks of a sequential scan become samples?

use crate::bits::BitReader;
use crate::error::Flaw;
use crate::frame::{BLOCK_SIDE, Frame};
use crate::huffman::HuffmanTable;
use crate::idct;
use crate::scan::Scan;
use crate::tables::{QuantizationTable, Tables, ZIGZAG};

/// Bits of a DC difference in an eight-bit picture (T.81, table F.1), with room for the imprecise.
const DC_BITS_MAX: u8 = 12;

/// The samples of every component, in whole blocks.
pub(crate) struct Planes {
    planes: Vec<Plane>,
}

pub(crate) struct Plane {
    pub(crate) samples: Vec<u8>,
    pub(crate) stride: usize,
    /// A plane is filled by exactly one sequential scan.
    filled: bool,
}

/// What decoding one block of a channel takes.
struct Channel<'a> {
    component: usize,
    dc: &'a HuffmanTable,
    ac: &'a HuffmanTable,
    steps: &'a QuantizationTable,
    /// The DC coefficient of the block before.
    prediction: i32,
}

impl Planes {
    pub(crate) fn new(frame: &Frame) -> Self {
        let planes = frame
            .components
            .iter()
            .map(|component| Plane {
                samples: vec![0; component.samples()],
                stride: component.stride(),
                filled: false,
            })
            .collect();
        Self { planes }
    }

    pub(crate) fn decode_scan(
        &mut self,
        frame: &Frame,
        scan: &Scan,
        tables: &Tables,
        data: &[u8],
    ) -> Result<usize, Flaw> {
        let mut channels = Vec::with_capacity(scan.channels.len());
        for channel in &scan.channels {
            self.claim(channel.component)?;
            channels.push(Channel {
                component: channel.component,
                dc: tables.dc(channel.dc_table)?,
                ac: tables.ac(channel.ac_table)?,
                steps: tables.quantization(frame.components[channel.component].quantization_table)?,
                prediction: 0,
            });
        }
        scan.walk(
            frame,
            tables.restart_interval,
            data,
            &mut channels,
            |channels| channels.iter_mut().for_each(|channel| channel.prediction = 0),
            |channels, reader, index, place| {
                let channel = &mut channels[index];
                let mut block = [0; 64];
                let last = read_block(reader, channel, &mut block)?;
                self.store(channel.component, place, &block, last, channel.steps);
                Ok(())
            },
        )
    }

    /// Marks a plane as filled. Twice would mean that one of two pictures is lost.
    pub(crate) fn claim(&mut self, component: usize) -> Result<(), Flaw> {
        if std::mem::replace(&mut self.planes[component].filled, true) {
            return Err(Flaw("a channel of the picture is coded twice"));
        }
        Ok(())
    }

    /// `last` is the index, in coding order, of the last coefficient that may be other than zero.
    #[inline]
    pub(crate) fn store(
        &mut self,
        component: usize,
        (column, row): (usize, usize),
        block: &[i16; 64],
        last: usize,
        steps: &QuantizationTable,
    ) {
        let plane = &mut self.planes[component];
        let start = row * BLOCK_SIDE * plane.stride + column * BLOCK_SIDE;
        let target = &mut plane.samples[start..];
        if last == 0 {
            idct::flat(block[0], steps[0], target, plane.stride);
        } else {
            idct::full(block, steps, target, plane.stride);
        }
    }

    /// The planes, if every one of them was coded.
    pub(crate) fn complete(&mut self) -> Result<Vec<Plane>, Flaw> {
        if self.planes.iter().all(|plane| plane.filled) {
            Ok(std::mem::take(&mut self.planes))
        } else {
            Err(Flaw("a channel of the picture is missing"))
        }
    }
}

/// Reads a block (T.81, F.2.2) and answers with the index of its last coefficient.
#[inline]
fn read_block(reader: &mut BitReader<'_>, channel: &mut Channel<'_>, block: &mut [i16; 64]) -> Result<usize, Flaw> {
    channel.prediction += i32::from(read_dc_difference(reader, channel.dc)?);
    block[0] = narrow(channel.prediction)?;
    let mut last = 0;
    let mut at = 1;
    while at < 64 {
        let symbol = reader.symbol(channel.ac)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            // Sixteen zeros, or the end of the block.
            if run != 15 {
                break;
            }
            at += 16;
            continue;
        }
        at += run;
        let value = reader.signed(size)?;
        let place = ZIGZAG.get(at).ok_or(OVERFULL)?;
        block[usize::from(*place)] = value;
        last = at;
        at += 1;
    }
    if at > 64 { Err(OVERFULL) } else { Ok(last) }
}

pub(crate) fn read_dc_difference(reader: &mut BitReader<'_>, table: &HuffmanTable) -> Result<i16, Flaw> {
    let size = reader.symbol(table)?;
    if size > DC_BITS_MAX {
        return Err(Flaw("a block is brighter than eight bits can be"));
    }
    reader.signed(u32::from(size))
}

/// A prediction wanders off only in damaged data.
pub(crate) fn narrow(dc: i32) -> Result<i16, Flaw> {
    i16::try_from(dc).map_err(|_| Flaw("a block is brighter than eight bits can be"))
}

pub(crate) const OVERFULL: Flaw = Flaw("a block has more than 64 coefficients");
