//! Cuts a CSV file into records: where each begins, and what its fields are.
//!
//! Records that are whole and plain, which are nearly all, are split where they lie; all others are copied by
//! [`Grammar`].

use super::grammar::{Grammar, Step};
use super::plain::{self, Span};
use super::position::{Position, RecordStart};
use super::record::{Fields, RECORD_BYTES_MAX, RECORD_FIELDS_MAX, Record};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Cuts a file, pushed in pieces of any size, into records. Holds one record and nothing else, whatever the file.
pub struct RecordReader {
    grammar: Grammar,
    spans: Vec<Span>,
    /// How many bytes of a byte order mark were read; `None` once that is settled.
    bom_bytes: Option<usize>,
    position: Position,
    in_record: bool,
    begin: RecordStart,
    /// The line on which the last quoted field of the record began.
    quote_line: u64,
}

/// A record that was found: where it lies, in the input or in the grammar's copy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'input> {
    Plain { bytes: &'input [u8], field_count: usize },
    Copied,
}

impl Default for RecordReader {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordReader {
    /// A reader at the beginning of a file.
    pub fn new() -> Self {
        Self {
            grammar: Grammar::new(),
            spans: vec![Span::default(); RECORD_FIELDS_MAX],
            bom_bytes: Some(0),
            position: Position::at(RecordStart::FIRST),
            in_record: false,
            begin: RecordStart::FIRST,
            quote_line: 1,
        }
    }

    /// Reads on at the beginning of a record.
    pub fn at(start: RecordStart) -> Self {
        Self {
            bom_bytes: (start == RecordStart::FIRST).then_some(0),
            position: Position::at(start),
            ..Self::new()
        }
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
    pub fn next_record<'a, 'input: 'a>(&'a mut self, input: &mut &'input [u8]) -> Option<Record<'a>> {
        let found = self.find(input)?;
        Some(self.record(found))
    }

    /// The record that the end of the file completes, if any. Nothing may be pushed afterwards.
    pub fn finish(&mut self) -> Option<Record<'_>> {
        let found = self.find_last()?;
        Some(self.record(found))
    }

    /// Does the work of [`RecordReader::next_record`], and leaves it to the caller whether the record is looked at.
    pub(super) fn find<'input>(&mut self, input: &mut &'input [u8]) -> Option<Found<'input>> {
        self.settle_bom(input);
        if !self.in_record {
            let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if blank > 0 {
                self.consume(input, blank);
            }
            if input.is_empty() {
                return None;
            }
            self.begin = self.position();
            if let Some(plain) = plain::split(input, RECORD_BYTES_MAX, &mut self.spans) {
                let (bytes, rest) = input.split_at(plain.bytes);
                *input = rest;
                if plain.has_more_lines {
                    self.position.advance(bytes);
                } else {
                    self.position.advance_a_line(plain.bytes, plain.line_end);
                }
                return Some(Found::Plain {
                    bytes,
                    field_count: plain.field_count,
                });
            }
        }
        self.advance(input).then_some(Found::Copied)
    }

    /// The same for [`RecordReader::finish`].
    pub(super) fn find_last(&mut self) -> Option<Found<'static>> {
        self.replay_bom();
        if !self.in_record {
            return None;
        }
        self.in_record = false;
        self.grammar.finish(self.quote_line);
        Some(Found::Copied)
    }

    /// Whether the record that was found last certainly is not blank: nearly every one begins with a letter or a digit
    /// of its SKU.
    pub(super) fn begins_with_letter(&self, found: Found<'_>) -> bool {
        let bytes = match found {
            Found::Plain { bytes, .. } => bytes,
            Found::Copied => self.grammar.record().bytes,
        };
        bytes.first().is_some_and(u8::is_ascii_alphanumeric)
    }

    /// The record that was found last.
    pub(super) fn record<'a>(&'a self, found: Found<'a>) -> Record<'a> {
        let record = match found {
            Found::Copied => self.grammar.record(),
            Found::Plain { bytes, field_count } => Record {
                field_count,
                bytes,
                fields: Fields::Spans(&self.spans[..field_count]),
                ..Record::NOTHING
            },
        };
        Record {
            line: self.begin.line,
            last_line: self.position.last_line(),
            byte_offset: self.begin.byte_offset,
            ends_at: self.position.byte_offset,
            ..record
        }
    }

    /// The record that is being read, if it is beyond its limit already.
    pub(super) fn too_long_record(&self) -> Option<Record<'_>> {
        (self.in_record && self.grammar.is_too_long()).then(|| self.record(Found::Copied))
    }

    /// Drops a byte order mark, however it is cut.
    fn settle_bom(&mut self, input: &mut &[u8]) {
        while let Some(count) = self.bom_bytes {
            let Some((first, rest)) = input.split_first() else {
                return;
            };
            if *first != BOM[count] {
                self.replay_bom();
            } else if count + 1 < BOM.len() {
                self.bom_bytes = Some(count + 1);
                *input = rest;
            } else {
                self.bom_bytes = None;
                self.position.advance(BOM);
                *input = rest;
            }
        }
    }

    /// Bytes that began like a byte order mark and are none belong to the first field.
    fn replay_bom(&mut self) {
        let mut held = &BOM[..self.bom_bytes.take().unwrap_or(0)];
        if !held.is_empty() {
            self.advance(&mut held);
        }
    }

    fn advance(&mut self, input: &mut &[u8]) -> bool {
        if !self.in_record {
            self.in_record = true;
            self.begin = self.position();
            self.grammar.begin();
        }
        while self.in_record && !input.is_empty() {
            let (step, bytes_read) = self.grammar.read(input);
            match step {
                Step::InputUsedUp { opened_at } => {
                    if let Some(at) = opened_at {
                        let mut place = self.position;
                        place.advance(&input[..at]);
                        self.quote_line = place.line;
                    }
                    self.consume(input, bytes_read);
                }
                Step::Misplaced(fault) => {
                    self.consume(input, bytes_read);
                    self.grammar.set_quote_fault(fault(self.position.line));
                }
                Step::Whole { has_more_lines: true } => {
                    self.consume(input, bytes_read);
                    self.in_record = false;
                }
                Step::Whole { has_more_lines: false } => {
                    let (record, rest) = input.split_at(bytes_read);
                    let line_end = record.last().copied().unwrap_or_default();
                    self.position.advance_a_line(bytes_read, line_end);
                    *input = rest;
                    self.in_record = false;
                }
            }
        }
        !self.in_record
    }

    fn consume(&mut self, input: &mut &[u8], bytes: usize) {
        let (consumed, rest) = input.split_at(bytes);
        self.position.advance(consumed);
        *input = rest;
    }
}
