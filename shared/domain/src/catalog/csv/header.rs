//! Which column of a catalog file says what?

use super::record::{RECORD_FIELDS_MAX, Record};

/// Bytes of all column names together. They are repeated in the report and kept with the upload.
pub const HEADER_BYTES_MAX: usize = 8 * 1024;

/// A column that every catalog has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Sku,
    Name,
    Description,
    Price,
    Currency,
    Stock,
}

impl Column {
    pub const ALL: [Self; 6] = [
        Self::Sku,
        Self::Name,
        Self::Description,
        Self::Price,
        Self::Currency,
        Self::Stock,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sku => "sku",
            Self::Name => "name",
            Self::Description => "description",
            Self::Price => "price",
            Self::Currency => "currency",
            Self::Stock => "stock",
        }
    }
}

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
    /// Where each column of [`Column::ALL`] stands.
    places: [usize; Column::ALL.len()],
}

impl Header {
    pub fn parse(record: &Record<'_>) -> Result<Self, HeaderFault> {
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
        let places = places(&names)?;
        Ok(Self { names, places })
    }

    /// As the file has them, trimmed.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn place(&self, column: Column) -> usize {
        self.places[column as usize]
    }

    /// Columns that are ignored. Those without a name, which spreadsheets leave behind, are not worth telling.
    pub fn unknown(&self) -> Vec<String> {
        let unknown = self
            .names
            .iter()
            .enumerate()
            .filter(|(place, name)| !self.places.contains(place) && !name.is_empty());
        unknown.map(|(_, name)| name.clone()).collect()
    }
}

fn places(names: &[String]) -> Result<[usize; Column::ALL.len()], HeaderFault> {
    let mut places = [0; Column::ALL.len()];
    let mut missing = Vec::new();
    for column in Column::ALL {
        let name = column.as_str();
        let mut found = names
            .iter()
            .enumerate()
            .filter(|(_, other)| other.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((place, _)), None) => places[column as usize] = place,
            (Some(_), Some(_)) => return Err(HeaderFault::Duplicate { column: name }),
            (None, _) => missing.push(name),
        }
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
