//! Finds the places where a file may be cut: before a record, and nowhere else. A line end within quotes is text.
//!
//! Only quotes matter. Outside of quotes, one opens where a field begins and is text elsewhere; within quotes, one
//! closes unless it is doubled. These are the rules of [`Grammar`](super::grammar::Grammar).

use super::position::{Position, RecordStart};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds the first record behind each so many bytes, in a file that is pushed in pieces of any size. Holds none of it.
pub struct Cuts {
    every_bytes: u64,
    next_at: u64,
    position: Position,
    state: State,
    /// Bytes that were read of a byte order mark at the file's beginning.
    bom_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A record begins here, unless the line is blank.
    RecordBegins,
    FieldBegins,
    InField,
    InQuotes,
    /// Behind a quote that closes, or is the first of two.
    BehindQuote,
}

impl Cuts {
    /// Begins at the beginning of a record. The first cut is at least `every_bytes` behind it, and each other as far
    /// behind the one before.
    pub fn new(start: RecordStart, every_bytes: u64) -> Self {
        Self {
            every_bytes: every_bytes.max(1),
            next_at: start.byte_offset.saturating_add(every_bytes.max(1)),
            position: Position::at(start),
            state: State::RecordBegins,
            bom_bytes: if start == RecordStart::FIRST { 0 } else { BOM.len() },
        }
    }

    /// How much of the file was read.
    pub fn bytes_read(&self) -> u64 {
        self.position.byte_offset
    }

    /// Takes bytes off the front of `input` until the next cut is found; `None` once `input` is used up.
    pub fn next_cut(&mut self, input: &mut &[u8]) -> Option<RecordStart> {
        self.skip_bom(input);
        while let Some(first) = input.first() {
            match self.state {
                State::RecordBegins => {
                    let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                    self.consume(input, blank);
                    if input.is_empty() {
                        return None;
                    }
                    self.state = State::FieldBegins;
                    if self.position.byte_offset >= self.next_at {
                        self.next_at = self.position.byte_offset.saturating_add(self.every_bytes);
                        return Some(RecordStart {
                            byte_offset: self.position.byte_offset,
                            line: self.position.line,
                        });
                    }
                }
                // The quote opens a field, or it is the second of two, which are text.
                State::FieldBegins | State::BehindQuote if *first == b'"' => {
                    self.consume(input, 1);
                    self.state = State::InQuotes;
                }
                State::InQuotes => {
                    let quote = input.iter().position(|byte| *byte == b'"');
                    self.consume(input, quote.map_or(input.len(), |quote| quote + 1));
                    if quote.is_some() {
                        self.state = State::BehindQuote;
                    }
                }
                State::FieldBegins | State::BehindQuote | State::InField => self.skip_unquoted(input),
            }
        }
        None
    }

    /// Reads on outside of quotes: to a quote that opens, or to a line end where a cut is wanted.
    fn skip_unquoted(&mut self, input: &mut &[u8]) {
        let wanted = usize::try_from(self.next_at.saturating_sub(self.position.byte_offset)).unwrap_or(usize::MAX);
        let quote = input.iter().position(|byte| *byte == b'"').unwrap_or(input.len());
        // Line ends before the wanted place do not matter.
        let from = wanted.saturating_sub(1).min(quote);
        let line_end = input[from..quote].iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        if let Some(line_end) = line_end {
            self.consume(input, from + line_end + 1);
            self.state = State::RecordBegins;
            return;
        }
        if quote == 0 {
            // Text within a field.
            self.consume(input, 1);
            self.state = State::InField;
            return;
        }
        self.state = match input[quote - 1] {
            b',' | b'\r' | b'\n' => State::FieldBegins,
            _ => State::InField,
        };
        self.consume(input, quote);
    }

    fn skip_bom(&mut self, input: &mut &[u8]) {
        while self.bom_bytes < BOM.len() {
            match input.first() {
                None => return,
                Some(first) if *first == BOM[self.bom_bytes] => {
                    self.bom_bytes += 1;
                    self.consume(input, 1);
                }
                Some(_) => {
                    if self.bom_bytes > 0 {
                        self.state = State::InField;
                    }
                    self.bom_bytes = BOM.len();
                }
            }
        }
    }

    fn consume(&mut self, input: &mut &[u8], bytes: usize) {
        let (consumed, rest) = input.split_at(bytes);
        self.position.advance(consumed);
        *input = rest;
    }
}
