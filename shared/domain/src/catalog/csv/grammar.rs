//! What are the fields of a record that is cut, too long, or written in one of the ways that the grammar allows?
//!
//! The grammar is that of `csv-core`, which takes a record in pieces. What it does not tell is added here: limits with
//! names, and whether the last quote was closed.

use csv_core::{ReadRecordResult, Reader};

use super::record::{Fields, RECORD_BYTES_MAX, RECORD_FIELDS_MAX, Record};

const SPILL_BYTES: usize = 4 * 1024;
const SPILL_FIELDS: usize = 64;

/// One record, copied piece by piece.
pub(super) struct Grammar {
    csv: Reader,
    /// One byte more than a record may have: full means too long.
    bytes: Vec<u8>,
    bytes_kept: usize,
    ends: Vec<usize>,
    ends_kept: usize,
    field_count: usize,
    too_long: bool,
    unterminated: bool,
    spill: Vec<u8>,
    spill_ends: Vec<usize>,
}

impl Grammar {
    pub(super) fn new() -> Self {
        let mut csv = Reader::new();
        // Drops a byte order mark in its first input, but only one that comes in one piece. With that first input behind
        // it, how the file is cut into pieces makes no difference.
        csv.read_record(&[], &mut [], &mut []);
        Self {
            csv,
            bytes: vec![0; RECORD_BYTES_MAX + 1],
            bytes_kept: 0,
            ends: vec![0; RECORD_FIELDS_MAX],
            ends_kept: 0,
            field_count: 0,
            too_long: false,
            unterminated: false,
            spill: vec![0; SPILL_BYTES],
            spill_ends: vec![0; SPILL_FIELDS],
        }
    }

    pub(super) fn begin(&mut self) {
        self.bytes_kept = 0;
        self.ends_kept = 0;
        self.field_count = 0;
        self.too_long = false;
    }

    /// Whether the record is whole now, and how much of the input was read.
    pub(super) fn read(&mut self, input: &[u8]) -> (bool, usize) {
        let (result, bytes_read) = self.read_some(input);
        if matches!(result, ReadRecordResult::OutputFull) && self.bytes_kept > RECORD_BYTES_MAX {
            self.too_long = true;
        }
        // Too many fields: they are counted. Full spill buffers are simply used again.
        (matches!(result, ReadRecordResult::Record), bytes_read)
    }

    /// Makes the record whole at the end of the file.
    pub(super) fn finish(&mut self) {
        // Whether a quote is open is not told, but a line end makes the difference: within quotes it is text.
        let bytes_kept = self.bytes_kept;
        loop {
            match self.read_some(b"\n").0 {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    self.bytes_kept = bytes_kept;
                    self.field_count += 1;
                    self.unterminated = true;
                    return;
                }
                ReadRecordResult::Record => return,
                ReadRecordResult::OutputFull => self.too_long |= self.bytes_kept > RECORD_BYTES_MAX,
                ReadRecordResult::OutputEndsFull => {}
            }
        }
    }

    /// Of no place in a file.
    pub(super) fn record(&self) -> Record<'_> {
        Record {
            line: 0,
            byte_offset: 0,
            ends_at: 0,
            field_count: self.field_count,
            too_long: self.too_long,
            unterminated: self.unterminated,
            bytes: &self.bytes[..self.bytes_kept.min(RECORD_BYTES_MAX)],
            fields: Fields::Ends(&self.ends[..self.ends_kept]),
        }
    }

    fn read_some(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
        if self.bytes_kept > RECORD_BYTES_MAX || self.ends_kept == RECORD_FIELDS_MAX {
            let (result, bytes_read, _, fields) = self.csv.read_record(input, &mut self.spill, &mut self.spill_ends);
            self.too_long |= self.bytes_kept > RECORD_BYTES_MAX;
            self.field_count += fields;
            return (result, bytes_read);
        }
        let (result, bytes_read, bytes, fields) = self.csv.read_record(
            input,
            &mut self.bytes[self.bytes_kept..],
            &mut self.ends[self.ends_kept..],
        );
        self.bytes_kept += bytes;
        self.ends_kept += fields;
        self.field_count += fields;
        (result, bytes_read)
    }
}
