//! Where does each record of a CSV file begin, and what are its fields?
//!
//! The grammar is that of `csv-core`. Records that are whole and plain, which are nearly all, are split without it and
//! without being copied.

use super::grammar::Grammar;
use super::plain::{self, Span};
use super::position::{Position, RecordStart};
use super::record::{Fields, RECORD_BYTES_MAX, RECORD_FIELDS_MAX, Record};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Cuts a file, pushed in pieces of any size, into records. Holds one record and nothing else, whatever the file.
pub struct RecordReader {
    grammar: Grammar,
    spans: Vec<Span>,
    /// How many bytes of a byte order mark were seen; `None` once that is settled.
    bom_seen: Option<usize>,
    position: Position,
    in_record: bool,
    begin: RecordStart,
}

impl Default for RecordReader {
    fn default() -> Self {
        Self::new()
    }
}

impl RecordReader {
    pub fn new() -> Self {
        Self {
            grammar: Grammar::new(),
            spans: vec![Span::default(); RECORD_FIELDS_MAX],
            bom_seen: Some(0),
            position: Position::at(RecordStart::FIRST),
            in_record: false,
            begin: RecordStart::FIRST,
        }
    }

    /// Reads on at the beginning of a record.
    pub fn at(start: RecordStart) -> Self {
        Self {
            bom_seen: (start == RecordStart::FIRST).then_some(0),
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
        self.settle_bom(input);
        if !self.in_record {
            // The grammar would skip blank lines as well, but as part of the record behind them.
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
                let spans = &self.spans[..plain.field_count];
                return Some(Record {
                    line: self.begin.line,
                    byte_offset: self.begin.byte_offset,
                    ends_at: self.position.byte_offset,
                    field_count: plain.field_count,
                    too_long: false,
                    unterminated: false,
                    bytes,
                    fields: Fields::Spans(spans),
                });
            }
        }
        self.advance(input).then(|| self.record())
    }

    /// The record that the end of the file completes, if any. Nothing may be pushed afterwards.
    pub fn finish(&mut self) -> Option<Record<'_>> {
        self.replay_bom();
        if !self.in_record {
            return None;
        }
        self.in_record = false;
        self.grammar.finish();
        Some(self.record())
    }

    fn record(&self) -> Record<'_> {
        Record {
            line: self.begin.line,
            byte_offset: self.begin.byte_offset,
            ends_at: self.position.byte_offset,
            ..self.grammar.record()
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
            let (is_whole, bytes_read) = self.grammar.read(input);
            self.consume(input, bytes_read);
            self.in_record = !is_whole;
        }
        !self.in_record
    }

    fn consume(&mut self, input: &mut &[u8], bytes: usize) {
        let (consumed, rest) = input.split_at(bytes);
        self.position.advance(consumed);
        *input = rest;
    }
}
