//! One record of a CSV file: its place in the file and its fields, without copies.

use std::ops::Range;

use super::plain::Span;
use super::position::RecordStart;
use crate::values::text::is_blank;

/// The columns that a report has in front of those of the catalog.
pub(crate) const REPORT_COLUMNS_COUNT: usize = 3;

/// Bytes of one record, without its delimiters and the quotes around its fields. The rest of a longer one is read and
/// dropped.
pub const RECORD_BYTES_MAX: usize = 64 * 1024;
/// Columns of one catalog.
pub const COLUMNS_MAX: usize = 256;
/// Fields of one record: a catalog's, or those of a report of its rejected rows. Further ones are counted and dropped.
pub const RECORD_FIELDS_MAX: usize = COLUMNS_MAX + REPORT_COLUMNS_COUNT;

/// One record, valid until the next is read.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The physical line on which it begins, counted from 1.
    pub line: u64,
    /// The physical line on which its last byte lies, the line end not counted.
    pub last_line: u64,
    /// Where its first byte lies in the file.
    pub byte_offset: u64,
    /// The byte right behind it and its line end. Behind a CR, an LF still belongs to it: it is skipped as a blank
    /// line.
    pub ends_at: u64,
    /// How many fields the file gives it, kept or not.
    pub field_count: usize,
    /// It had more than [`RECORD_BYTES_MAX`] bytes: the fields are cut.
    pub too_long: bool,
    /// The first misplaced quote, if there is one.
    pub quote_fault: Option<QuoteFault>,
    /// Something that is not blank was dropped.
    pub(super) has_dropped_text: bool,
    pub(super) bytes: &'a [u8],
    pub(super) fields: Fields<'a>,
}

/// The first quote of a record that is misplaced, and the line on which it lies. It stays part of the field's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteFault {
    /// Text follows a closing quote before the next separator.
    #[error("line {line} has text behind a closing quote; a quote within a quoted field is written twice")]
    TextBehind {
        /// The physical line, counted from 1.
        line: u64,
    },
    /// A quote stands within a field that does not begin with one.
    #[error(
        "line {line} has a quote within a field that does not begin with one; put the field in quotes, and write each \
         quote in it twice"
    )]
    InField {
        /// The physical line, counted from 1.
        line: u64,
    },
    /// The file ended within a quoted field.
    #[error("the quote that opens on line {line} is not closed before the end of the file")]
    Unclosed {
        /// The physical line of the opening quote, counted from 1.
        line: u64,
    },
}

/// Where the fields lie in the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fields<'a> {
    /// One behind the other.
    Ends(&'a [usize]),
    /// As the file has them.
    Spans(&'a [Span]),
}

impl<'a> Record<'a> {
    /// A record of no place and without fields.
    pub(super) const NOTHING: Self = Self {
        line: 0,
        last_line: 0,
        byte_offset: 0,
        ends_at: 0,
        field_count: 0,
        too_long: false,
        quote_fault: None,
        has_dropped_text: false,
        bytes: &[],
        fields: Fields::Ends(&[]),
    };

    /// The place from which a reader can read the record again.
    pub fn start(&self) -> RecordStart {
        RecordStart {
            byte_offset: self.byte_offset,
            line: self.line,
        }
    }

    /// The bytes of a field without the quotes around it, counted from 0. `None` behind the last kept field.
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        self.bytes.get(self.place(index)?)
    }

    /// Where a field lies in [`Record::bytes`].
    pub(super) fn place(&self, index: usize) -> Option<Range<usize>> {
        match self.fields {
            Fields::Spans(spans) => {
                let span = spans.get(index)?;
                Some(span.begin as usize..span.end as usize)
            }
            Fields::Ends(ends) => {
                let end = *ends.get(index)?;
                let begin = index.checked_sub(1).map_or(0, |before| ends[before]);
                Some(begin..end)
            }
        }
    }

    /// The fields that were kept, in the order of the file.
    pub fn fields(self) -> impl Iterator<Item = &'a [u8]> {
        let kept = match self.fields {
            Fields::Spans(spans) => spans.len(),
            Fields::Ends(ends) => ends.len(),
        };
        (0..kept).filter_map(move |index| self.field(index))
    }

    /// Bytes kept of all fields together.
    pub fn len(&self) -> usize {
        match self.fields {
            Fields::Spans(spans) => spans.iter().map(|span| (span.end - span.begin) as usize).sum(),
            Fields::Ends(_) => self.bytes.len(),
        }
    }

    /// Whether no field has any text, as in a blank line.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every field is empty or has nothing but blank characters: a row that a spreadsheet left behind.
    pub fn is_blank(&self) -> bool {
        self.quote_fault.is_none() && !self.has_dropped_text && self.fields().all(is_blank_field)
    }
}

/// Whether a field has nothing but blank characters.
pub(super) fn is_blank_field(field: &[u8]) -> bool {
    std::str::from_utf8(field).is_ok_and(|text| text.chars().all(is_blank))
}
