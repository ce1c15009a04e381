//! Which field of a catalog file's records belongs to which column?

use super::columns::Column;
use super::record::{RECORD_FIELDS_MAX, Record};

/// Bytes of all column names together. They are repeated in the report and kept with the upload.
pub const HEADER_BYTES_MAX: usize = 8 * 1024;

/// Why a whole file is unusable. Trying again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    #[error("the file is empty")]
    EmptyFile,
    #[error("the header is not UTF-8 text")]
    NotUtf8,
    #[error("the header is longer than {HEADER_BYTES_MAX} bytes")]
    TooLong,
    #[error("the header has more than {RECORD_FIELDS_MAX} columns")]
    TooManyColumns,
    #[error("a quote in the header is not closed before the end of the file")]
    UnterminatedQuote,
    #[error("the header lacks {}", .columns.join(", "))]
    Missing { columns: Vec<&'static str> },
    #[error("the header lacks {}; its fields are separated by {separator}, not by commas", .columns.join(", "))]
    OtherSeparator {
        columns: Vec<&'static str>,
        separator: &'static str,
    },
    #[error("the header names {column} twice")]
    Duplicate { column: &'static str },
}

/// The header of a usable file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
    /// The field of each column of the table; `None` for an optional column that the file lacks.
    places: Vec<Option<usize>>,
}

impl Header {
    pub(super) fn parse(columns: &[Column], record: &Record<'_>) -> Result<Self, HeaderFault> {
        if record.unterminated {
            return Err(HeaderFault::UnterminatedQuote);
        }
        if record.field_count > RECORD_FIELDS_MAX {
            return Err(HeaderFault::TooManyColumns);
        }
        if record.too_long || record.len() > HEADER_BYTES_MAX {
            return Err(HeaderFault::TooLong);
        }
        let names = record
            .fields()
            .map(|name| std::str::from_utf8(name).map(|name| name.trim().to_owned()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| HeaderFault::NotUtf8)?;
        let places = places(columns, &names)?;
        Ok(Self { names, places })
    }

    /// As the file has them, trimmed.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// In the order of the table of columns.
    pub(super) fn places(&self) -> &[Option<usize>] {
        &self.places
    }

    /// Columns that are ignored, without those that have no name: spreadsheets leave such columns behind.
    pub fn unknown(&self) -> Vec<String> {
        let unknown = self
            .names
            .iter()
            .enumerate()
            .filter(|(place, name)| !self.places.contains(&Some(*place)) && !name.is_empty());
        unknown.map(|(_, name)| name.clone()).collect()
    }
}

fn places(columns: &[Column], names: &[String]) -> Result<Vec<Option<usize>>, HeaderFault> {
    let mut places = Vec::with_capacity(columns.len());
    let mut missing = Vec::new();
    for column in columns {
        let mut found = names
            .iter()
            .enumerate()
            .filter(|(_, name)| name.eq_ignore_ascii_case(column.name));
        let place = found.next().map(|(place, _)| place);
        if found.next().is_some() {
            return Err(HeaderFault::Duplicate { column: column.name });
        }
        if place.is_none() && column.required {
            missing.push(column.name);
        }
        places.push(place);
    }
    if missing.is_empty() {
        Ok(places)
    } else {
        Err(missing_fault(names, missing))
    }
}

fn missing_fault(names: &[String], columns: Vec<&'static str>) -> HeaderFault {
    let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
    let used = match names {
        [only] => separators.into_iter().find(|(separator, _)| only.contains(*separator)),
        _ => None,
    };
    match used {
        Some((_, separator)) => HeaderFault::OtherSeparator { columns, separator },
        None => HeaderFault::Missing { columns },
    }
}
