//! What is one record of a CSV file: its place in the file and its fields, without copies.

use std::ops::Range;

use super::plain::Span;
use super::position::RecordStart;

/// Bytes of one record, without its quotes and delimiters. The rest of a longer one is read and thrown away.
pub const RECORD_BYTES_MAX: usize = 64 * 1024;
/// Fields of one record. Those beyond are counted and thrown away.
pub const RECORD_FIELDS_MAX: usize = 256;

/// One record, valid until the next is read.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The physical line on which it begins, counted from 1.
    pub line: u64,
    pub byte_offset: u64,
    /// The byte right behind it and its line end. Behind a CR, an LF still belongs to it: it is skipped as a blank
    /// line.
    pub ends_at: u64,
    /// How many fields the file gives it, kept or not.
    pub field_count: usize,
    /// It had more than [`RECORD_BYTES_MAX`] bytes: the fields are cut.
    pub too_long: bool,
    /// The file ended within quotes.
    pub unterminated: bool,
    pub(super) bytes: &'a [u8],
    pub(super) fields: Fields<'a>,
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
    pub fn start(&self) -> RecordStart {
        RecordStart {
            byte_offset: self.byte_offset,
            line: self.line,
        }
    }

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

    /// The fields that were kept, the one that was cut included.
    pub fn fields(self) -> impl Iterator<Item = &'a [u8]> {
        let (kept, tail) = match self.fields {
            Fields::Spans(spans) => (spans.len(), None),
            Fields::Ends(ends) => (ends.len(), self.bytes.get(ends.last().copied().unwrap_or(0)..)),
        };
        let is_cut = self.too_long || self.unterminated;
        let whole = (0..kept).filter_map(move |index| self.field(index));
        whole.chain(tail.filter(|_| is_cut && kept < RECORD_FIELDS_MAX))
    }

    /// Bytes kept of all fields together.
    pub fn len(&self) -> usize {
        match self.fields {
            Fields::Spans(spans) => spans.iter().map(|span| (span.end - span.begin) as usize).sum(),
            Fields::Ends(_) => self.bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
