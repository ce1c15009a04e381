//! Where does each record of a CSV file begin, and what are its fields?
//!
//! The grammar is that of `csv-core`. What it does not tell is added here: physical lines and byte offsets, limits with
//! names, and whether the last quote was closed.

use csv_core::{ReadRecordResult, Reader};

/// Bytes of one record, without its quotes and delimiters. The rest of a longer one is read and thrown away.
pub const RECORD_BYTES_MAX: usize = 64 * 1024;
/// Fields of one record. Those beyond are counted and thrown away.
pub const RECORD_FIELDS_MAX: usize = 256;

const BOM: &[u8] = b"\xef\xbb\xbf";
const SPILL_BYTES: usize = 4 * 1024;
const SPILL_FIELDS: usize = 64;

/// The beginning of a record, or the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordStart {
    pub byte_offset: u64,
    /// The physical line, counted from 1.
    pub line: u64,
}

impl RecordStart {
    pub const FIRST: Self = Self {
        byte_offset: 0,
        line: 1,
    };
}

/// One record, valid until the next is read.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The physical line on which it begins, counted from 1.
    pub line: u64,
    pub byte_offset: u64,
    /// The byte right behind it and its line end. Behind a CR at the end of a piece, an LF still belongs to it: it is
    /// skipped as a blank line.
    pub ends_at: u64,
    /// How many fields the file gives it, kept or not.
    pub field_count: usize,
    /// It had more than [`RECORD_BYTES_MAX`] bytes: the fields are cut.
    pub too_long: bool,
    /// The file ended within quotes.
    pub unterminated: bool,
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(index)?;
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(begin..end)
    }

    /// The fields that were kept, the one that was cut included.
    pub fn fields(self) -> impl Iterator<Item = &'a [u8]> {
        let whole = (0..self.ends.len()).filter_map(move |index| self.field(index));
        let is_cut = self.too_long || self.unterminated;
        let tail = self.bytes.get(self.ends.last().copied().unwrap_or(0)..);
        whole.chain(tail.filter(|_| is_cut && self.ends.len() < RECORD_FIELDS_MAX))
    }

    /// Bytes kept of all fields together.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Cuts a file, pushed in pieces of any size, into records. Holds one record and nothing else, whatever the file.
pub struct RecordReader {
    csv: Reader,
    /// How many bytes of a byte order mark were seen; `None` once that is settled.
    bom_seen: Option<usize>,
    position: Position,
    in_record: bool,
    line: u64,
    byte_offset: u64,
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

impl Default for RecordReader {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordReader {
    pub fn new() -> Self {
        let mut csv = Reader::new();
        // Drops a byte order mark in its first input, but only one that comes in one piece. With that first input behind
        // it, how the file is cut into pieces makes no difference.
        csv.read_record(&[], &mut [], &mut []);
        Self {
            csv,
            bom_seen: Some(0),
            position: Position {
                byte_offset: 0,
                line: 1,
                after_cr: false,
            },
            in_record: false,
            line: 1,
            byte_offset: 0,
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

    /// Reads on at the beginning of a record.
    pub fn at(start: RecordStart) -> Self {
        let mut reader = Self::new();
        reader.bom_seen = None;
        reader.position.byte_offset = start.byte_offset;
        reader.position.line = start.line;
        reader
    }

    /// Where the next record begins, at the earliest.
    pub fn position(&self) -> RecordStart {
        RecordStart {
            byte_offset: self.position.byte_offset,
            line: self.position.line,
        }
    }

    /// How much of the file was consumed.
    pub fn bytes_read(&self) -> u64 {
        self.position.byte_offset
    }

    /// Takes bytes off the front of `input` until a record is complete; `None` once `input` is used up.
    pub fn next_record(&mut self, input: &mut &[u8]) -> Option<Record<'_>> {
        self.settle_bom(input);
        self.advance(input).then(|| self.record())
    }

    /// The record that the end of the file completes, if any. Nothing may be pushed afterwards.
    pub fn finish(&mut self) -> Option<Record<'_>> {
        self.replay_bom();
        if !self.in_record {
            return None;
        }
        // Whether a quote is open is not told, but a line end makes the difference: within quotes it is text.
        let bytes_kept = self.bytes_kept;
        while self.in_record {
            match self.read(b"\n").0 {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    self.bytes_kept = bytes_kept;
                    self.field_count += 1;
                    self.unterminated = true;
                    self.in_record = false;
                }
                result => self.note(&result),
            }
        }
        Some(self.record())
    }

    fn record(&self) -> Record<'_> {
        Record {
            line: self.line,
            byte_offset: self.byte_offset,
            ends_at: self.position.byte_offset,
            field_count: self.field_count,
            too_long: self.too_long,
            unterminated: self.unterminated,
            bytes: &self.bytes[..self.bytes_kept.min(RECORD_BYTES_MAX)],
            ends: &self.ends[..self.ends_kept],
        }
    }

    /// Drops a byte order mark, however it is cut.
    fn settle_bom(&mut self, input: &mut &[u8]) {
        while let Some(seen) = self.bom_seen {
            let Some((first, rest)) = input.split_first() else {
                return;
            };
            if *first != BOM[seen] {
                self.replay_bom();
            } else if seen + 1 < BOM.len() {
                self.bom_seen = Some(seen + 1);
                *input = rest;
            } else {
                self.bom_seen = None;
                self.position.advance(BOM);
                *input = rest;
            }
        }
    }

    /// What began like a byte order mark and was none belongs to the first field.
    fn replay_bom(&mut self) {
        let mut held = &BOM[..self.bom_seen.take().unwrap_or(0)];
        self.advance(&mut held);
    }

    fn advance(&mut self, input: &mut &[u8]) -> bool {
        if !self.in_record {
            // The parser would skip blank lines as well, but as part of the record behind them.
            let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.consume(input, blank);
            if input.is_empty() {
                return false;
            }
            self.begin();
        }
        while self.in_record && !input.is_empty() {
            let (result, bytes_read) = self.read(input);
            self.consume(input, bytes_read);
            self.note(&result);
        }
        !self.in_record
    }

    fn begin(&mut self) {
        self.in_record = true;
        self.line = self.position.line;
        self.byte_offset = self.position.byte_offset;
        self.bytes_kept = 0;
        self.ends_kept = 0;
        self.field_count = 0;
        self.too_long = false;
    }

    fn consume(&mut self, input: &mut &[u8], bytes: usize) {
        let (consumed, rest) = input.split_at(bytes);
        self.position.advance(consumed);
        *input = rest;
    }

    fn note(&mut self, result: &ReadRecordResult) {
        match result {
            ReadRecordResult::Record => self.in_record = false,
            ReadRecordResult::OutputFull if self.bytes_kept > RECORD_BYTES_MAX => self.too_long = true,
            // Too many fields: they are counted. Full spill buffers are simply used again.
            _ => {}
        }
    }

    fn read(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
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

/// A place in the file. A line ends with CRLF, LF or a lone CR, within quotes as well.
struct Position {
    byte_offset: u64,
    line: u64,
    after_cr: bool,
}

impl Position {
    fn advance(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line += u64::from(*byte == b'\r' || (*byte == b'\n' && !self.after_cr));
            self.after_cr = *byte == b'\r';
        }
        self.byte_offset += bytes.len() as u64;
    }
}
