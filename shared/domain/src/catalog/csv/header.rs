//! The header of a catalog file: which field of its records belongs to which column, or why the file is unusable.

use super::columns::Column;
use super::file_kind::FileKind;
use super::record::{COLUMNS_MAX, QuoteFault, Record};
use super::report::{CatalogRecords, is_damaged_mark, own_columns};
use crate::values::text::{trim_blank, visible};

/// Bytes of all column names together. They are repeated in the report and kept with the upload.
pub const HEADER_BYTES_MAX: usize = 8 * 1024;
/// Column names that a message repeats, so that a mail or an answer stays readable.
const NAMES_SHOWN_MAX: usize = 20;
/// Characters of each of them.
const NAME_CHARS_SHOWN_MAX: usize = 40;

/// Why a whole file is unusable. Trying again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// The file has no byte, or only blank lines.
    #[error("the file is empty")]
    EmptyFile,
    /// The first bytes are those of another kind of file.
    #[error("this is {}, not a CSV file: {}", .0.name, .0.advice)]
    OtherKind(FileKind),
    /// The bytes of the header are not UTF-8.
    #[error("the header is not UTF-8 text: save the file as \"CSV UTF-8\"")]
    NotUtf8,
    /// The header has more than [`HEADER_BYTES_MAX`] bytes.
    #[error("the header is longer than {HEADER_BYTES_MAX} bytes; a quote in it may not be closed")]
    TooLong,
    /// The header has more than [`COLUMNS_MAX`] columns.
    #[error("the header has more than {COLUMNS_MAX} columns")]
    TooManyColumns,
    /// A quote in the header is misplaced or not closed.
    #[error("the header is damaged: {0}")]
    Quote(QuoteFault),
    /// The first line is `sep=;` or alike, which only Excel reads.
    #[error(
        "the first line is the separator line of Excel, {}, which other programs do not understand: remove it, and \
         separate the fields by commas",
        visible(.line)
    )]
    SeparatorLine {
        /// The first line of the file.
        line: String,
    },
    /// Required columns are missing.
    #[error("the header lacks {}; it has {found}", .columns.join(", "))]
    Missing {
        /// The missing columns, in lower case.
        columns: Vec<&'static str>,
        /// The columns that the header has, as a list for a message.
        found: String,
    },
    /// The fields are divided by another character than the comma.
    #[error(
        "the fields of the file are separated by {separator}, not by commas: save it as \"CSV UTF-8 (comma delimited)\", \
         or choose the comma as separator when exporting it"
    )]
    OtherSeparator {
        /// That character with its article, for a message.
        separator: &'static str,
    },
    /// Two columns have the same name.
    #[error("the header names {column} twice")]
    Duplicate {
        /// The repeated name, in lower case.
        column: &'static str,
    },
    /// The mark in the header of a report of rejected rows lost a character, and with it other texts did.
    #[error(
        "this report of rejected rows was not saved as UTF-8, which damages its text: download it again, correct it, \
         and save it as \"CSV UTF-8\""
    )]
    DamagedReport,
}

/// The header of a usable file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
    /// The field of each column of the table; `None` for an optional column that the file lacks.
    places: Vec<Option<usize>>,
    /// In a report of rejected rows, the columns that the report has beside those of the catalog.
    report_columns: Option<Vec<usize>>,
}

impl Header {
    pub(super) fn parse(columns: &[Column], record: &Record<'_>) -> Result<Self, HeaderFault> {
        Self::of_catalog(columns, record).map_err(|fault| {
            // Of a record that is not whole, the first field may not be, either.
            let begin = record.field(0).unwrap_or(record.bytes);
            FileKind::of(begin).map_or(fault, HeaderFault::OtherKind)
        })
    }

    fn of_catalog(columns: &[Column], record: &Record<'_>) -> Result<Self, HeaderFault> {
        // The end of such a header was not looked for: whatever else is wrong with it stays unknown.
        if record.too_long {
            return Err(HeaderFault::TooLong);
        }
        let mut restored = CatalogRecords::default();
        let names = names(record)?;
        if names.iter().any(|name| is_damaged_mark(name)) {
            return Err(HeaderFault::DamagedReport);
        }
        let report_columns = own_columns(&names);
        let record = match &report_columns {
            Some(own) => restored.restore(own, record),
            None => *record,
        };
        let names = self::names(&record)?;
        check_separator(columns, &names)?;
        if let Some(fault) = record.quote_fault {
            return Err(HeaderFault::Quote(fault));
        }
        if record.field_count > COLUMNS_MAX {
            return Err(HeaderFault::TooManyColumns);
        }
        if record.len() > HEADER_BYTES_MAX {
            return Err(HeaderFault::TooLong);
        }
        Ok(Self {
            places: places(columns, &names)?,
            names: names.into_iter().map(str::to_owned).collect(),
            report_columns,
        })
    }

    /// The catalog's columns as the file names them, without blank characters around them.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// In the order of the table of columns.
    pub(super) fn places(&self) -> &[Option<usize>] {
        &self.places
    }

    /// The field that has the SKU.
    pub fn sku_place(&self) -> usize {
        self.places.first().copied().flatten().unwrap_or_default()
    }

    pub(super) fn report_columns(&self) -> Option<&[usize]> {
        self.report_columns.as_deref()
    }

    /// Whether a field belongs to a column of the table.
    pub(super) fn is_read(&self, place: usize) -> bool {
        self.places.contains(&Some(place))
    }

    /// Columns that are ignored, without those that have no name: spreadsheets leave such columns behind.
    pub fn unknown(&self) -> Vec<String> {
        let names = self.names.iter().enumerate();
        let unknown = names.filter(|(place, name)| !self.is_read(*place) && !name.is_empty());
        unknown.map(|(_, name)| name.clone()).collect()
    }
}

fn names<'a>(record: &Record<'a>) -> Result<Vec<&'a str>, HeaderFault> {
    let names = record.fields().map(|name| {
        std::str::from_utf8(name)
            .map(trim_blank)
            .map_err(|_| HeaderFault::NotUtf8)
    });
    names.collect()
}

fn places(columns: &[Column], names: &[&str]) -> Result<Vec<Option<usize>>, HeaderFault> {
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
        return Ok(places);
    }
    Err(HeaderFault::Missing {
        columns: missing,
        found: shown_names(names),
    })
}

/// The names in one line, as far as they are of use in a message.
pub fn shown_names<S: AsRef<str>>(names: &[S]) -> String {
    let shown = names.iter().take(NAMES_SHOWN_MAX).map(|name| {
        let mut name = visible(name.as_ref());
        if let Some((end, _)) = name.char_indices().nth(NAME_CHARS_SHOWN_MAX) {
            name.truncate(end);
            name.push('…');
        }
        if name.is_empty() { "(no name)".to_owned() } else { name }
    });
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_SHOWN_MAX) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// A file with another separator is recognised by the columns of the table: more of them are found with it than with
/// commas.
fn check_separator(columns: &[Column], names: &[&str]) -> Result<(), HeaderFault> {
    const SEPARATORS: [(char, &str); 4] = [
        (';', "semicolons"),
        ('\t', "tabs"),
        ('|', "vertical bars"),
        (':', "colons"),
    ];
    let header = names.join(",");
    if header.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("sep=")) {
        return Err(HeaderFault::SeparatorLine { line: header });
    }
    let found = |separator: char| {
        let names = header.split(separator);
        let names = names.map(|name| name.trim_matches(|c: char| c == '"' || c.is_whitespace()));
        let is_column = |name: &&str| columns.iter().any(|column| name.eq_ignore_ascii_case(column.name));
        names.filter(is_column).count()
    };
    let with_commas = found(',');
    let with_others = SEPARATORS.into_iter().map(|(separator, name)| (found(separator), name));
    match with_others.max_by_key(|(count, _)| *count) {
        Some((count, separator)) if count > with_commas => Err(HeaderFault::OtherSeparator { separator }),
        _ => Ok(()),
    }
}
