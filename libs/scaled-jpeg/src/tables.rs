//! Keeps the tables that are in force at a point of a JPEG.

use crate::error::Flaw;
use crate::huffman::{Class, HuffmanTable};
use crate::skip::SkipTable;
use crate::standard_tables::standard_table;

/// Slots for tables of each class (T.81, B.2.4).
const SLOTS: usize = 4;

/// From the order in which coefficients are coded to their place in the block.
#[rustfmt::skip]
pub(crate) const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Steps of the quantizer, in the order of the block.
pub(crate) type QuantizationTable = [u16; 64];

/// A file may redefine a table between two scans.
#[derive(Default)]
pub(crate) struct Tables {
    dc: [Option<HuffmanTable>; SLOTS],
    ac: [Option<HuffmanTable>; SLOTS],
    /// By the slot of the AC table. Made when it is first needed: at full scale it never is.
    skip: [Option<SkipTable>; SLOTS],
    quantization: [Option<QuantizationTable>; SLOTS],
    /// Minimum coded units between two restart markers; zero for none.
    pub(crate) restart_interval: usize,
}

impl Tables {
    pub(crate) fn define_huffman(&mut self, mut payload: &[u8]) -> Result<(), Flaw> {
        while let Some((&kind, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(Flaw("a Huffman table is cut"))?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(total).ok_or(Flaw("a Huffman table is cut"))?;
            let index = usize::from(kind & 15);
            let (class, slots) = if kind >> 4 == 0 {
                (Class::Dc, &mut self.dc)
            } else {
                (Class::Ac, &mut self.ac)
            };
            let slot = slots.get_mut(index).ok_or(Flaw("a Huffman table has no such slot"))?;
            *slot = Some(HuffmanTable::new(class, counts, symbols)?);
            if class == Class::Ac {
                self.skip[index] = None;
            }
            payload = rest;
        }
        Ok(())
    }

    /// Fills each slot that the file leaves empty: any of the four tables may be missing.
    pub(crate) fn provide_standard_huffman(&mut self, dc_slot: usize, ac_slot: usize) -> Result<(), Flaw> {
        let empty = [
            (Class::Dc, dc_slot, self.dc.get_mut(dc_slot)),
            (Class::Ac, ac_slot, self.ac.get_mut(ac_slot)),
        ];
        for (class, index, slot) in empty {
            if let (Some(slot @ None), Some(table)) = (slot, standard_table(class, index)) {
                *slot = Some(HuffmanTable::new(class, &table.counts, table.symbols)?);
            }
        }
        Ok(())
    }

    pub(crate) fn define_quantization(&mut self, mut payload: &[u8]) -> Result<(), Flaw> {
        const CUT: Flaw = Flaw("a quantization table is cut");
        while let Some((&kind, rest)) = payload.split_first() {
            let bytes_per_step = if kind >> 4 == 0 { 1 } else { 2 };
            let (steps, rest) = rest.split_at_checked(64 * bytes_per_step).ok_or(CUT)?;
            let mut table = [0; 64];
            for (place, step) in ZIGZAG.iter().zip(steps.chunks_exact(bytes_per_step)) {
                table[usize::from(*place)] = step.iter().fold(0, |value, &byte| value << 8 | u16::from(byte));
            }
            let slot = self
                .quantization
                .get_mut(usize::from(kind & 15))
                .ok_or(Flaw("a quantization table has no such slot"))?;
            *slot = Some(table);
            payload = rest;
        }
        Ok(())
    }

    pub(crate) fn define_restart_interval(&mut self, payload: &[u8]) -> Result<(), Flaw> {
        let interval = payload
            .try_into()
            .map_err(|_| Flaw("a restart interval is not two bytes"))?;
        self.restart_interval = usize::from(u16::from_be_bytes(interval));
        Ok(())
    }

    pub(crate) fn dc(&self, slot: usize) -> Result<&HuffmanTable, Flaw> {
        self.dc.get(slot).and_then(Option::as_ref).ok_or(NO_HUFFMAN)
    }

    pub(crate) fn ac(&self, slot: usize) -> Result<&HuffmanTable, Flaw> {
        self.ac.get(slot).and_then(Option::as_ref).ok_or(NO_HUFFMAN)
    }

    /// For scans of which a part is skipped.
    pub(crate) fn prepare_skipping(&mut self, slot: usize) -> Result<(), Flaw> {
        let table = self.ac.get(slot).and_then(Option::as_ref).ok_or(NO_HUFFMAN)?;
        self.skip[slot].get_or_insert_with(|| SkipTable::new(table));
        Ok(())
    }

    /// Present from [`Tables::prepare_skipping`] on, until the slot is defined anew.
    pub(crate) fn skip(&self, slot: usize) -> Option<&SkipTable> {
        self.skip.get(slot).and_then(Option::as_ref)
    }

    pub(crate) fn quantization(&self, slot: usize) -> Result<&QuantizationTable, Flaw> {
        self.quantization
            .get(slot)
            .and_then(Option::as_ref)
            .ok_or(Flaw("a quantization table is missing"))
    }
}

const NO_HUFFMAN: Flaw = Flaw("a Huffman table is missing");
