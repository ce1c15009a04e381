//! Checks whether a record is a valid row, and names everything that is wrong with it.

use std::fmt;

use super::columns::{Column, ColumnFault, ValidRow, Values};
use super::header::Header;
use super::record::{QuoteFault, RECORD_BYTES_MAX, Record, is_blank_field};

/// One fault of a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The row has more or fewer fields than the header.
    #[error("the row has {found} fields and the header {expected}{}", few_or_many(*.found, *.expected))]
    FieldCount {
        /// Fields of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// The row has more than [`RECORD_BYTES_MAX`](super::RECORD_BYTES_MAX) bytes.
    #[error("the row is longer than {RECORD_BYTES_MAX} bytes")]
    TooLong,
    /// A quote of the row is misplaced or not closed.
    #[error("{fault}{}", covered(*.first_line, *.last_line))]
    Quote {
        /// The first such quote.
        fault: QuoteFault,
        /// The line on which the row begins, counted from 1.
        first_line: u64,
        /// The line on which the row ends, counted from 1.
        last_line: u64,
    },
    /// The text of one field is not valid.
    #[error("{0}")]
    Field(ColumnFault),
}

fn few_or_many(found: usize, expected: usize) -> &'static str {
    if found > expected {
        "; a text with a comma in it must stand in quotes"
    } else {
        ""
    }
}

fn covered(first_line: u64, last_line: u64) -> String {
    if first_line == last_line {
        return String::new();
    }
    format!("; the row covers the lines {first_line} to {last_line}")
}

/// Everything that is wrong with one row; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFaults(Vec<RowFault>);

impl RowFaults {
    /// All faults, in the order of the columns. Never empty.
    pub fn as_slice(&self) -> &[RowFault] {
        &self.0
    }

    /// Whether it is uncertain which text belongs to which column.
    pub fn is_misplaced(&self) -> bool {
        !matches!(self.0.first(), Some(RowFault::Field(_)))
    }
}

impl fmt::Display for RowFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RowFaults {}

/// Checks a record against the columns of its header.
pub(super) fn parse<'a>(columns: &[Column], header: &Header, record: &Record<'a>) -> Result<ValidRow<'a>, RowFaults> {
    let shape = shape_faults(columns, header, record);
    if !shape.is_empty() {
        // Texts may stand in the wrong columns: faults of columns would mislead.
        return Err(RowFaults(shape));
    }
    let texts = Texts::of(record);
    let mut values = Values::default();
    for (column, place) in columns.iter().zip(header.places()) {
        if let Some(place) = *place {
            values.read(column, texts.field(place));
        }
    }
    values
        .finish()
        .map_err(|faults| RowFaults(faults.into_iter().map(RowFault::Field).collect()))
}

fn shape_faults(columns: &[Column], header: &Header, record: &Record<'_>) -> Vec<RowFault> {
    let mut faults = Vec::new();
    if record.too_long {
        faults.push(RowFault::TooLong);
    }
    let (found, expected) = (record.field_count, header.names().len());
    if let Some(fault) = record.quote_fault {
        faults.push(RowFault::Quote {
            fault,
            first_line: record.line,
            last_line: record.last_line,
        });
    } else if found != expected && !has_all_columns(columns, header, record) {
        faults.push(RowFault::FieldCount { found, expected });
    }
    faults
}

/// Whether a record with another number of fields than the header lacks only fields that are ignored or optional, or
/// has only blank ones too many: spreadsheets write both.
#[cold]
fn has_all_columns(columns: &[Column], header: &Header, record: &Record<'_>) -> bool {
    let mut columns = columns.iter().zip(header.places());
    let lacks_column = columns.any(|(column, place)| column.required && place.is_some_and(|p| p >= record.field_count));
    let further = record.fields().skip(header.names().len());
    !lacks_column && !record.has_dropped_text && further.into_iter().all(is_blank_field)
}

/// The fields of a record as texts.
struct Texts<'r, 'a> {
    record: &'r Record<'a>,
    /// All of it at once, which is quicker; `None` where some field is not UTF-8.
    whole: Option<&'a str>,
}

impl<'r, 'a> Texts<'r, 'a> {
    fn of(record: &'r Record<'a>) -> Self {
        Self {
            record,
            whole: std::str::from_utf8(record.bytes).ok(),
        }
    }

    /// `None` where its bytes are not UTF-8.
    fn field(&self, place: usize) -> Option<&'a str> {
        let bytes = self.record.place(place).unwrap_or_default();
        if let Some(text) = self.whole.and_then(|whole| whole.get(bytes.clone())) {
            return Some(text);
        }
        std::str::from_utf8(self.record.bytes.get(bytes).unwrap_or_default()).ok()
    }
}
