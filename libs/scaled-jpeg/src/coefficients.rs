//! The coefficients of a progressive picture, kept until its last scan is read.

use crate::error::Flaw;
use crate::frame::{Component, Frame};
use crate::plane::Canvases;
use crate::scale::{Scale, Scales};
use crate::scan::Scan;
use crate::tables::{QuantizationTable, Tables, ZIGZAG};

/// Not coded by any scan so far.
const NEVER: u8 = u8::MAX;
/// In place of a slot: the coefficient is not used at this scale.
const NOT_KEPT: u8 = u8::MAX;

/// The coefficients of every component, refined scan by scan (T.81, annex G).
pub(crate) struct Coefficients {
    pub(crate) channels: Vec<Channel>,
}

pub(crate) struct Channel {
    /// The coefficients that the scale uses, block by block. One allocation, so that a picture that only claims to be
    /// large never touches the memory.
    kept: Vec<i16>,
    /// For each block a bit for each coefficient, in coding order: set once it is not zero. A later scan holds a
    /// correction for just those, kept or not. Empty where no such scan is read.
    nonzero: Vec<u64>,
    kept_per_block: usize,
    slots: Slots,
    /// In force when the channel was first coded; the file may redefine the slot later.
    steps: Option<QuantizationTable>,
    /// For each coefficient, in coding order, the lowest bit that a scan has coded.
    refined_to_bit: [u8; 64],
}

/// For each coefficient, in coding order: its place among the kept ones.
pub(crate) struct Slots([u8; 64]);

/// A block of a channel, open for reading and refining.
pub(crate) struct Block<'c> {
    kept: &'c mut [i16],
    nonzero: &'c mut u64,
    slots: &'c Slots,
}

impl Coefficients {
    pub(crate) fn new(frame: &Frame, scales: Scales) -> Self {
        let channel = |component: &Component| {
            let scale = component.scale(scales);
            Channel {
                kept: vec![0; component.blocks() * scale.coefficients()],
                nonzero: vec![0; if scale.reads_ac() { component.blocks() } else { 0 }],
                kept_per_block: scale.coefficients(),
                slots: Slots::new(scale),
                steps: None,
                refined_to_bit: [NEVER; 64],
            }
        };
        Self {
            channels: frame.components.iter().map(channel).collect(),
        }
    }

    /// Each coefficient is coded once and then refined bit by bit. A scan out of turn means that one is missing.
    pub(crate) fn begin(&mut self, frame: &Frame, scan: &Scan, tables: &Tables) -> Result<(), Flaw> {
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
        for scanned in &scan.channels {
            let channel = &mut self.channels[scanned.component];
            for bit in &mut channel.refined_to_bit[first..=last] {
                if *bit != expected {
                    return Err(OUT_OF_TURN);
                }
                *bit = reached;
            }
            let steps = tables.quantization(frame.components[scanned.component].quantization_table)?;
            channel.steps.get_or_insert(*steps);
        }
        Ok(())
    }

    /// Frees the coefficients channel by channel, because the samples grow at the same time.
    pub(crate) fn render(self, canvases: &mut Canvases) -> Result<(), Flaw> {
        for (component, channel) in self.channels.into_iter().enumerate() {
            let (Some(steps), true) = (channel.steps, channel.refined_to_bit[0] != NEVER) else {
                return Err(Flaw("a channel of the picture is missing"));
            };
            let canvas = canvases.claim(component)?;
            if canvas.scale == Scale::Eighth {
                canvas.paint_means(&channel.kept, steps[0]);
                continue;
            }
            let side = canvas.scale.block_side();
            let blocks = channel.kept.chunks_exact(channel.kept_per_block);
            for (kept, at) in blocks.zip(canvas.places()) {
                let mut block = [0; 64];
                for (row, kept) in block.chunks_exact_mut(8).zip(kept.chunks_exact(side)) {
                    row[..side].copy_from_slice(kept);
                }
                let is_flat = kept[1..].iter().all(|&coefficient| coefficient == 0);
                canvas.paint(at, &block, if is_flat { 0 } else { 63 }, &steps);
            }
        }
        Ok(())
    }
}

impl Slots {
    fn new(scale: Scale) -> Self {
        let side = scale.block_side();
        Self(ZIGZAG.map(|place| {
            let (row, column) = (usize::from(place) / 8, usize::from(place) % 8);
            if row < side && column < side {
                u8::try_from(row * side + column).unwrap_or(NOT_KEPT)
            } else {
                NOT_KEPT
            }
        }))
    }
}

impl Channel {
    /// Whether the AC coefficients are used.
    pub(crate) fn reads_ac(&self) -> bool {
        !self.nonzero.is_empty()
    }

    /// The DC coefficient of a block.
    #[inline]
    pub(crate) fn dc(&mut self, index: usize) -> &mut i16 {
        &mut self.kept[index * self.kept_per_block]
    }

    #[inline]
    pub(crate) fn block(&mut self, index: usize) -> Block<'_> {
        Block {
            kept: &mut self.kept[index * self.kept_per_block..][..self.kept_per_block],
            nonzero: &mut self.nonzero[index],
            slots: &self.slots,
        }
    }
}

impl Block<'_> {
    /// Enters a coefficient that was zero before. `at` is below 64.
    #[inline]
    pub(crate) fn enter(&mut self, at: usize, value: i16) {
        *self.nonzero |= 1 << at;
        if let Some(kept) = self.kept.get_mut(usize::from(self.slots.0[at])) {
            *kept = value;
        }
    }

    /// Moves a coefficient away from zero.
    #[inline]
    pub(crate) fn correct(&mut self, at: usize, bit: i16) {
        if let Some(kept) = self.kept.get_mut(usize::from(self.slots.0[at])) {
            let correction = if *kept > 0 { bit } else { -bit };
            *kept = kept.wrapping_add(correction);
        }
    }

    #[inline]
    pub(crate) fn is_nonzero(&self, at: usize) -> bool {
        *self.nonzero >> at & 1 == 1
    }

    /// A bit for each coefficient of a band that is not zero.
    #[inline]
    pub(crate) fn nonzero_between(&self, first: usize, last: usize) -> u64 {
        if first > last {
            return 0;
        }
        *self.nonzero & (u64::MAX << first) & (u64::MAX >> (63 - last))
    }
}
