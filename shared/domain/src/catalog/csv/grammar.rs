//! Splits a record of any form into its fields, in pieces of any size: one that is cut by the end of a piece, has
//! doubled or misplaced quotes, or is beyond a limit.
//!
//! The grammar is that of RFC 4180 (<https://www.rfc-editor.org/rfc/rfc4180>) with any line end. A misplaced quote
//! never changes where the record ends: it is text, and so is everything behind it up to the next comma or line end.
//! [`Cuts`](super::Cuts) follows the same rules.

use super::plain::{BLOCK_BYTES, marks_of};
use super::record::{Fields, QuoteFault, RECORD_BYTES_MAX, RECORD_FIELDS_MAX, Record};
use crate::values::text::is_blank;

/// One record, copied piece by piece.
pub(super) struct Grammar {
    state: State,
    bytes: Vec<u8>,
    /// Where the kept fields end in `bytes`.
    ends: Vec<usize>,
    field_count: usize,
    too_long: bool,
    /// Something that is not blank was not kept.
    has_dropped_text: bool,
    quote_fault: Option<QuoteFault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldBegins,
    InField,
    InQuotes,
    /// Behind a quote that closes, or is the first of two.
    BehindQuote,
}

/// The result of a call of [`Grammar::read`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    InputUsedUp {
        /// Where in the input the field begins that is still within quotes, if it begins there.
        opened_at: Option<usize>,
    },
    /// The first misplaced quote of the record lies right before the end of what was read.
    Misplaced(fn(u64) -> QuoteFault),
    Whole {
        /// There are line ends within quotes in what was read.
        has_more_lines: bool,
    },
}

impl Grammar {
    pub(super) fn new() -> Self {
        Self {
            state: State::FieldBegins,
            bytes: Vec::with_capacity(RECORD_BYTES_MAX),
            ends: Vec::with_capacity(RECORD_FIELDS_MAX),
            field_count: 0,
            too_long: false,
            has_dropped_text: false,
            quote_fault: None,
        }
    }

    pub(super) fn begin(&mut self) {
        self.state = State::FieldBegins;
        self.bytes.clear();
        self.ends.clear();
        self.field_count = 0;
        self.too_long = false;
        self.has_dropped_text = false;
        self.quote_fault = None;
    }

    /// Reads on until something happens; returns how much of the input was read.
    pub(super) fn read(&mut self, input: &[u8]) -> (Step, usize) {
        let mut opened_at = None;
        let mut has_more_lines = false;
        // Text that was read and is not kept yet begins here.
        let mut begin = 0;
        for (number, block) in input.chunks(BLOCK_BYTES).enumerate() {
            let mut marks = marks_of(block);
            while marks != 0 {
                let place = number * BLOCK_BYTES + marks.trailing_zeros() as usize;
                marks &= marks - 1;
                let byte = input[place];
                if self.state == State::InQuotes && byte != b'"' {
                    has_more_lines |= byte != b',';
                    continue;
                }
                if let Some(step) = self.take_text(&input[begin..place]) {
                    return (step, begin);
                }
                begin = place + 1;
                match (self.state, byte) {
                    (State::InQuotes, _) => self.state = State::BehindQuote,
                    (_, b',') => {
                        self.end_field();
                        self.state = State::FieldBegins;
                    }
                    (_, b'\r' | b'\n') => {
                        self.end_field();
                        return (Step::Whole { has_more_lines }, begin);
                    }
                    (State::FieldBegins, _) => {
                        opened_at = Some(place);
                        self.state = State::InQuotes;
                    }
                    (State::BehindQuote, _) => {
                        self.keep(b"\"");
                        self.state = State::InQuotes;
                    }
                    (State::InField, _) => {
                        self.keep(b"\"");
                        if self.quote_fault.is_none() {
                            return (Step::Misplaced(|line| QuoteFault::InField { line }), begin);
                        }
                    }
                }
            }
        }
        match self.take_text(&input[begin..]) {
            Some(step) => (step, begin),
            None => (Step::InputUsedUp { opened_at }, input.len()),
        }
    }

    /// Keeps text that has no mark, unless it is the first behind a quote that seemed to close its field.
    fn take_text(&mut self, text: &[u8]) -> Option<Step> {
        if text.is_empty() {
            return None;
        }
        match self.state {
            State::InQuotes => {}
            State::FieldBegins | State::InField => self.state = State::InField,
            State::BehindQuote => {
                // The quote is text, as it stands.
                self.keep(b"\"");
                self.state = State::InField;
                if self.quote_fault.is_none() {
                    return Some(Step::Misplaced(|line| QuoteFault::TextBehind { line }));
                }
            }
        }
        self.keep(text);
        None
    }

    pub(super) fn set_quote_fault(&mut self, fault: QuoteFault) {
        self.quote_fault = Some(fault);
    }

    /// Whether the record has more than a record may have, as far as it was read.
    pub(super) fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// Makes the record whole at the end of the file. A quoted field that is open began on line `opened_on`.
    pub(super) fn finish(&mut self, opened_on: u64) {
        if self.state == State::InQuotes {
            if self.field_count < RECORD_FIELDS_MAX {
                self.bytes.insert(self.ends.last().copied().unwrap_or(0), b'"');
            }
            self.quote_fault = Some(QuoteFault::Unclosed { line: opened_on });
        }
        self.end_field();
    }

    /// Of no place in a file.
    pub(super) fn record(&self) -> Record<'_> {
        Record {
            field_count: self.field_count,
            too_long: self.too_long,
            has_dropped_text: self.has_dropped_text,
            quote_fault: self.quote_fault,
            bytes: &self.bytes,
            fields: Fields::Ends(&self.ends),
            ..Record::NOTHING
        }
    }

    #[inline]
    fn keep(&mut self, text: &[u8]) {
        if self.field_count < RECORD_FIELDS_MAX && text.len() <= RECORD_BYTES_MAX - self.bytes.len() {
            self.bytes.extend_from_slice(text);
        } else {
            self.keep_some(text);
        }
    }

    #[cold]
    fn keep_some(&mut self, text: &[u8]) {
        let mut dropped = text;
        if self.field_count < RECORD_FIELDS_MAX {
            let kept;
            (kept, dropped) = text.split_at(RECORD_BYTES_MAX - self.bytes.len());
            self.bytes.extend_from_slice(kept);
            self.too_long = true;
        }
        self.has_dropped_text |= dropped
            .iter()
            .any(|byte| !byte.is_ascii() || !is_blank(char::from(*byte)));
    }

    fn end_field(&mut self) {
        if self.ends.len() < RECORD_FIELDS_MAX {
            self.ends.push(self.bytes.len());
        }
        self.field_count += 1;
    }
}
