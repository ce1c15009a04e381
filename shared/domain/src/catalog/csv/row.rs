//! Is a record a valid row, and if not, what is wrong with it?

use std::fmt;

use super::columns::{Column, ColumnFault, ValidRow, Values};
use super::header::Header;
use super::record::{RECORD_BYTES_MAX, Record};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    #[error("the row has {found} fields and the header {expected}")]
    FieldCount { found: usize, expected: usize },
    #[error("the row is longer than {RECORD_BYTES_MAX} bytes")]
    TooLong,
    #[error("a quote is not closed before the end of the file")]
    UnterminatedQuote,
    #[error("{0}")]
    Field(ColumnFault),
}

/// Everything that is wrong with one row; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFaults(Vec<RowFault>);

impl RowFaults {
    pub fn as_slice(&self) -> &[RowFault] {
        &self.0
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

/// Checks a record against the columns that its header was found to have.
pub(super) fn parse<'a>(columns: &[Column], header: &Header, record: &Record<'a>) -> Result<ValidRow<'a>, RowFaults> {
    let shape = shape_faults(header, record);
    if !shape.is_empty() {
        // Nobody can say which field belongs to which column: faults of columns would mislead.
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

fn shape_faults(header: &Header, record: &Record<'_>) -> Vec<RowFault> {
    let mut faults = Vec::new();
    if record.too_long {
        faults.push(RowFault::TooLong);
    }
    let (found, expected) = (record.field_count, header.names().len());
    if record.unterminated {
        faults.push(RowFault::UnterminatedQuote);
    } else if found != expected {
        faults.push(RowFault::FieldCount { found, expected });
    }
    faults
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
