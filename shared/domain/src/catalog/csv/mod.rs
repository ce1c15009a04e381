//! Reads catalog files as a stream: bytes in, rows and rejected rows out, memory bounded by constants.

mod columns;
mod cuts;
mod fields;
mod file_kind;
mod grammar;
mod header;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod place_tests;
mod plain;
mod position;
mod record;
mod records;
pub mod report;
mod row;
#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod spectrum_tests;
#[cfg(test)]
mod tests;

pub use columns::{ColumnFault, ValidRow};
pub use cuts::Cuts;
pub use fields::FieldFault;
pub use file_kind::FileKind;
pub use header::{HEADER_BYTES_MAX, Header, HeaderFault, shown_names};
pub use position::RecordStart;
pub use record::{COLUMNS_MAX, QuoteFault, RECORD_BYTES_MAX, RECORD_FIELDS_MAX, Record};
pub use records::RecordReader;
pub use row::{RowFault, RowFaults};

use columns::{COLUMNS, Column};
use records::Found;
use report::CatalogRecords;

/// One row as it was read, valid until the next is.
#[derive(Debug)]
pub struct ReadRow<'a> {
    /// The header of the file that the row belongs to.
    pub header: &'a Header,
    /// The fields that the file gives it, for a report of rejected rows.
    pub record: Record<'a>,
    /// The row's values, or all of its faults.
    pub outcome: Result<ValidRow<'a>, RowFaults>,
}

/// Reads a catalog that is pushed in pieces of any size. Blank rows are skipped, before the header as well.
pub struct CatalogReader {
    columns: &'static [Column],
    records: RecordReader,
    header: Option<Header>,
    /// Records of a report that came back.
    restored: CatalogRecords,
}

impl Default for CatalogReader {
    fn default() -> Self {
        Self::new()
    }
}

impl CatalogReader {
    /// A reader at the beginning of a file, before its header.
    pub fn new() -> Self {
        Self::with_columns(COLUMNS)
    }

    fn with_columns(columns: &'static [Column]) -> Self {
        Self {
            columns,
            records: RecordReader::new(),
            header: None,
            restored: CatalogRecords::default(),
        }
    }

    /// Reads on at the beginning of a record, in a file with this header.
    pub fn resume(header: Header, start: RecordStart) -> Self {
        Self {
            records: RecordReader::at(start),
            header: Some(header),
            ..Self::new()
        }
    }

    /// The file's header, once it was read.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Behind the last row that was read.
    pub fn position(&self) -> RecordStart {
        self.records.position()
    }

    /// Takes bytes off the front of `input` until the header is complete; `None` once `input` is used up. Nothing is
    /// taken where the header was read before.
    pub fn read_header(&mut self, input: &mut &[u8]) -> Result<Option<&Header>, HeaderFault> {
        while self.header.is_none() {
            let Some(record) = self.records.next_record(input) else {
                // Its end may be gigabytes away.
                return match self.records.too_long_record() {
                    Some(record) if !record.is_blank() => Header::parse(self.columns, &record).map(|_| None),
                    _ => Ok(None),
                };
            };
            if !record.is_blank() {
                self.header = Some(Header::parse(self.columns, &record)?);
            }
        }
        Ok(self.header.as_ref())
    }

    /// Takes bytes off the front of `input` until a row is complete; `None` once `input` is used up.
    pub fn next_row<'a, 'input: 'a>(
        &'a mut self,
        input: &mut &'input [u8],
    ) -> Result<Option<ReadRow<'a>>, HeaderFault> {
        if self.header.is_none() && self.read_header(input)?.is_none() {
            return Ok(None);
        }
        loop {
            let Some(found) = self.records.find(input) else {
                return Ok(None);
            };
            if self.is_row(found) {
                return Ok(self.row(found));
            }
        }
    }

    /// The row that the end of the file completes, if any. Nothing may be pushed afterwards.
    pub fn finish(&mut self) -> Result<Option<ReadRow<'_>>, HeaderFault> {
        let found = self.records.find_last();
        if self.header.is_none() {
            let record = found.map(|found| self.records.record(found));
            let record = record.filter(|record| !record.is_blank());
            self.header = Some(Header::parse(self.columns, &record.ok_or(HeaderFault::EmptyFile)?)?);
            return Ok(None);
        }
        match found {
            Some(found) if self.is_row(found) => Ok(self.row(found)),
            _ => Ok(None),
        }
    }

    /// Bytes of the file up to the end of the last record that was read.
    pub fn bytes_read(&self) -> u64 {
        self.records.bytes_read()
    }

    /// Columns that are ignored, as the header names them.
    pub fn unknown_columns(&self) -> Vec<String> {
        self.header.as_ref().map(Header::unknown).unwrap_or_default()
    }

    fn is_row(&mut self, found: Found<'_>) -> bool {
        let report_columns = self.header.as_ref().and_then(Header::report_columns);
        if report_columns.is_none() && self.records.begins_with_letter(found) {
            return true;
        }
        let record = self.records.record(found);
        match report_columns {
            None => !record.is_blank(),
            Some(own) => !self.restored.restore(own, &record).is_blank(),
        }
    }

    fn row<'a>(&'a mut self, found: Found<'a>) -> Option<ReadRow<'a>> {
        let header = self.header.as_ref()?;
        let record = self.records.record(found);
        let record = match header.report_columns() {
            None => record,
            Some(own) => self.restored.restore(own, &record),
        };
        Some(ReadRow {
            header,
            record,
            outcome: row::parse(self.columns, header, &record),
        })
    }
}
