//! What does a catalog file say? A streaming reader: bytes in, rows and rejected rows out, memory bounded by constants.

mod columns;
mod cuts;
mod grammar;
mod header;
#[cfg(test)]
mod place_tests;
mod plain;
mod position;
mod record;
mod records;
mod row;
#[cfg(test)]
mod spectrum_tests;
#[cfg(test)]
mod tests;

pub use columns::{ColumnFault, FieldFault, ValidRow};
pub use cuts::Cuts;
pub use header::{HEADER_BYTES_MAX, Header, HeaderFault};
pub use position::RecordStart;
pub use record::{RECORD_BYTES_MAX, RECORD_FIELDS_MAX, Record};
pub use records::RecordReader;
pub use row::{RowFault, RowFaults};

use columns::{COLUMNS, Column};

/// One row as it was read, valid until the next is.
#[derive(Debug)]
pub struct ReadRow<'a> {
    pub header: &'a Header,
    /// What the file has, for a report on what was rejected.
    pub record: Record<'a>,
    pub outcome: Result<ValidRow<'a>, RowFaults>,
}

/// Reads a catalog that is pushed in pieces of any size.
pub struct CatalogReader {
    columns: &'static [Column],
    records: RecordReader,
    header: Option<Header>,
}

impl Default for CatalogReader {
    fn default() -> Self {
        Self::new()
    }
}

impl CatalogReader {
    pub fn new() -> Self {
        Self::with_columns(COLUMNS)
    }

    fn with_columns(columns: &'static [Column]) -> Self {
        Self {
            columns,
            records: RecordReader::new(),
            header: None,
        }
    }

    /// Reads on at the beginning of a record, in a file with this header.
    pub fn resume(header: Header, start: RecordStart) -> Self {
        Self {
            columns: COLUMNS,
            records: RecordReader::at(start),
            header: Some(header),
        }
    }

    /// The file's header, once it was read.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Behind the last row.
    pub fn position(&self) -> RecordStart {
        self.records.position()
    }

    /// Takes bytes off the front of `input` until a row is complete; `None` once `input` is used up.
    pub fn next_row<'a, 'input: 'a>(
        &'a mut self,
        input: &mut &'input [u8],
    ) -> Result<Option<ReadRow<'a>>, HeaderFault> {
        if self.header.is_none() {
            let Some(record) = self.records.next_record(input) else {
                return Ok(None);
            };
            self.header = Some(Header::parse(self.columns, &record)?);
        }
        Ok(read(
            self.columns,
            self.header.as_ref(),
            self.records.next_record(input),
        ))
    }

    /// The row that the end of the file completes, if any. Nothing may be pushed afterwards.
    pub fn finish(&mut self) -> Result<Option<ReadRow<'_>>, HeaderFault> {
        if self.header.is_none() {
            let record = self.records.finish().ok_or(HeaderFault::EmptyFile)?;
            self.header = Some(Header::parse(self.columns, &record)?);
            return Ok(None);
        }
        Ok(read(self.columns, self.header.as_ref(), self.records.finish()))
    }

    pub fn bytes_read(&self) -> u64 {
        self.records.bytes_read()
    }

    /// Columns that are ignored, as the header names them.
    pub fn unknown_columns(&self) -> Vec<String> {
        self.header.as_ref().map(Header::unknown).unwrap_or_default()
    }
}

fn read<'a>(columns: &[Column], header: Option<&'a Header>, record: Option<Record<'a>>) -> Option<ReadRow<'a>> {
    let (header, record) = (header?, record?);
    Some(ReadRow {
        header,
        record,
        outcome: row::parse(columns, header, &record),
    })
}
