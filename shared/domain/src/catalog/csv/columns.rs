//! The columns of a catalog file, in one table: a new column is one more entry in it.
//!
//! | | required column | optional column |
//! |---|---|---|
//! | the header lacks it | the whole file is unusable | every row is read as if its field were empty |
//! | a field is empty | its parser decides | the row has no value for it |
//! | a field is not valid | the row is rejected, and the reason names the column | the same |
//!
//! To add an optional column: an entry with `required: false` in [`COLUMNS`], a field in [`ValidRow`] and in
//! [`Values`], and a fault in [`FieldFault`] for each way in which its text can be wrong. The compiler then asks for
//! the field of
//! [`ProductDetails`], which in turn asks every store for it. A required column would make the files useless that
//! customers have.

use std::fmt;

use super::fields::{FieldFault, checked_currency, checked_description, checked_name, checked_price, checked_stock};
use crate::catalog::product::{CatalogRow, ProductDetails};
use crate::values::{Money, SkuText};

/// The columns in the order in which faults name them.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "sku",
        required: true,
        read: |text, values| values.sku = values.checked(text, SkuText::parse_visible),
    },
    Column {
        name: "name",
        required: true,
        read: |text, values| values.name = values.checked(text, checked_name),
    },
    Column {
        name: "description",
        required: true,
        read: |text, values| values.description = values.checked(text, checked_description),
    },
    Column {
        name: "price",
        required: true,
        read: |text, values| values.price_text = text,
    },
    Column {
        name: "currency",
        required: true,
        read: |text, values| {
            let currency = values.checked(text, checked_currency);
            values.column = "price";
            let check = |price| checked_price(price, currency);
            values.price = values.checked(values.price_text, check).flatten();
        },
    },
    Column {
        name: "stock",
        required: true,
        read: |text, values| values.stock = values.checked(text, checked_stock),
    },
];

#[derive(Clone, Copy)]
pub(super) struct Column {
    /// As headers spell it, in lower case.
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// Checks the text of one field, `None` where its bytes are not UTF-8, and keeps its value or the fault.
    read: for<'a> fn(Option<&'a str>, &mut Values<'a>),
}

/// A valid row, still in the bytes that it was read from: copying the texts of a row takes most of the time, and a
/// caller that only checks a file needs no copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidRow<'a> {
    /// Without control or invisible characters: see [`SkuText::parse_visible`].
    pub sku: SkuText<'a>,
    /// Not blank, at most [`NAME_BYTES_MAX`](crate::catalog::product::NAME_BYTES_MAX) bytes.
    pub name: &'a str,
    /// At most [`DESCRIPTION_BYTES_MAX`](crate::catalog::product::DESCRIPTION_BYTES_MAX) bytes; may be empty.
    pub description: &'a str,
    /// The price of one unit.
    pub price: Money,
    /// Units on hand, at most [`STOCK_UNITS_MAX`](crate::catalog::product::STOCK_UNITS_MAX).
    pub stock: u32,
}

impl ValidRow<'_> {
    /// Copies the texts, so that the row outlives the reader's buffer.
    pub fn to_row(self) -> CatalogRow {
        CatalogRow {
            sku: self.sku.to_sku(),
            details: ProductDetails {
                name: self.name.to_owned(),
                description: self.description.to_owned(),
                price: self.price,
            },
            stock: self.stock,
        }
    }
}

/// The values of one row that were read so far, and the faults of the others.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    /// The column that is being read.
    column: &'static str,
    sku: Option<SkuText<'a>>,
    name: Option<&'a str>,
    description: Option<&'a str>,
    /// Checked with its currency.
    price_text: Option<&'a str>,
    price: Option<Money>,
    stock: Option<u32>,
    faults: Vec<ColumnFault>,
}

impl<'a> Values<'a> {
    pub(super) fn read(&mut self, column: &Column, text: Option<&'a str>) {
        if column.required || text != Some("") {
            self.column = column.name;
            (column.read)(text, self);
        }
    }

    /// The value of a text, or `None` and a fault of the column.
    fn checked<T, E: Into<FieldFault>>(
        &mut self,
        text: Option<&'a str>,
        check: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        match text.map(check) {
            Some(Ok(value)) => return Some(value),
            Some(Err(fault)) => self.reject(fault.into()),
            None => self.reject(FieldFault::NotUtf8),
        }
        None
    }

    #[cold]
    fn reject(&mut self, fault: FieldFault) {
        let column = self.column;
        self.faults.push(ColumnFault { column, fault });
    }

    /// The row, if every field of it is valid.
    pub(super) fn finish(self) -> Result<ValidRow<'a>, Vec<ColumnFault>> {
        match self {
            Self {
                sku: Some(sku),
                name: Some(name),
                description: Some(description),
                price: Some(price),
                stock: Some(stock),
                column: _,
                price_text: _,
                faults,
            } if faults.is_empty() => Ok(ValidRow {
                sku,
                name,
                description,
                price,
                stock,
            }),
            Self { faults, .. } => Err(faults),
        }
    }
}

/// The fault of one field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFault {
    /// As headers spell it, in lower case.
    pub column: &'static str,
    /// What is wrong with the field's text.
    pub fault: FieldFault,
}

impl fmt::Display for ColumnFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, fault } = self;
        write!(formatter, "{column}: {fault}")
    }
}

#[cfg(test)]
mod tests {
    //! Tests an optional column with files that have it and files that lack it. The shop has none yet, so the table
    //! with one is made here.

    use super::*;
    use crate::catalog::csv::{CatalogReader, HeaderFault, RecordStart};
    use crate::catalog::product::DESCRIPTION_BYTES_MAX;

    /// Takes the place of the description where a row has one.
    const LONG_DESCRIPTION: Column = Column {
        name: "long_description",
        required: false,
        read: |text, values| {
            if let Some(text) = values.checked(text, checked_description) {
                values.description = Some(text);
            }
        },
    };

    const WITH_ONE_MORE: &[Column] = &{
        let mut columns = [LONG_DESCRIPTION; COLUMNS.len() + 1];
        let mut index = 0;
        while index < COLUMNS.len() {
            columns[index] = COLUMNS[index];
            index += 1;
        }
        columns
    };

    /// The description of each valid row, the faults of each other row, and the columns that were ignored.
    fn read(columns: &'static [Column], file: &str) -> Result<(Vec<String>, Vec<String>), HeaderFault> {
        let mut reader = CatalogReader::with_columns(columns);
        let mut rows = Vec::new();
        let mut rest = file.as_bytes();
        while let Some(row) = reader.next_row(&mut rest)? {
            rows.push(match row.outcome {
                Ok(valid) => valid.description.to_owned(),
                Err(faults) => faults.to_string(),
            });
        }
        assert!(reader.finish()?.is_none());
        Ok((rows, reader.unknown_columns()))
    }

    const FILE_WITHOUT: &str = "sku,name,description,price,currency,stock\nA,a,short,1,EUR,1\nB,b,,1,EUR,1\n";
    const FILE_WITH: &str = "sku,name,Long_Description,description,price,currency,stock\nA,a,long,short,1,EUR,1\n\
                             B,b,,short,1,EUR,1\n";

    #[test]
    fn a_file_without_an_optional_column_is_read_as_before() {
        let before = read(COLUMNS, FILE_WITHOUT).unwrap();
        assert_eq!(before, (vec!["short".to_owned(), String::new()], Vec::new()));
        assert_eq!(read(WITH_ONE_MORE, FILE_WITHOUT), Ok(before));
    }

    #[test]
    fn an_optional_column_is_read_where_a_row_has_a_value_for_it() {
        let (rows, unknown) = read(WITH_ONE_MORE, FILE_WITH).unwrap();
        assert_eq!(rows, ["long", "short"]);
        assert_eq!(unknown, [""; 0]);
        // A table without the column ignores it.
        let (rows, unknown) = read(COLUMNS, FILE_WITH).unwrap();
        assert_eq!(rows, ["short", "short"]);
        assert_eq!(unknown, ["Long_Description"]);
    }

    #[test]
    fn a_bad_value_of_an_optional_column_rejects_its_row_and_names_the_column() {
        let too_long = "x".repeat(DESCRIPTION_BYTES_MAX + 1);
        let header = "sku,name,description,price,currency,stock,long_description\n";
        let (rows, _) = read(
            WITH_ONE_MORE,
            &format!("{header}A,a,,1,EUR,1,{too_long}\nB,b,,1,EUR,-1,{too_long}\nC,c,fine,1,EUR,1,\n"),
        )
        .unwrap();
        let fault = format!("long_description: {}", FieldFault::DescriptionTooLong);
        assert_eq!(
            rows,
            [
                fault.clone(),
                format!("stock: the stock is negative; {fault}"),
                "fine".to_owned()
            ]
        );
    }

    #[test]
    fn an_optional_column_is_refused_twice_and_never_missed() {
        let twice = "sku,name,description,price,currency,stock,long_description,LONG_DESCRIPTION\n";
        let column = LONG_DESCRIPTION.name;
        assert_eq!(read(WITH_ONE_MORE, twice), Err(HeaderFault::Duplicate { column }));
        let columns = vec!["name", "description", "price", "currency", "stock"];
        assert_eq!(
            read(WITH_ONE_MORE, "sku\n"),
            Err(HeaderFault::Missing {
                columns,
                found: "sku".to_owned()
            })
        );
    }

    #[test]
    fn a_range_in_the_midst_of_a_file_reads_the_optional_column_too() {
        let mut first = CatalogReader::with_columns(WITH_ONE_MORE);
        let (begin, rest) = FILE_WITH.split_at(FILE_WITH.find("A,a").unwrap());
        assert!(first.next_row(&mut begin.as_bytes()).unwrap().is_none());
        let start = RecordStart {
            byte_offset: begin.len() as u64,
            line: 2,
        };
        let mut reader = CatalogReader {
            columns: WITH_ONE_MORE,
            ..CatalogReader::resume(first.header().unwrap().clone(), start)
        };
        let row = reader.next_row(&mut rest.as_bytes()).unwrap().unwrap();
        assert_eq!(row.outcome.unwrap().description, "long");
    }

    #[test]
    fn the_required_columns_are_those_of_the_contract() {
        let required: Vec<&str> = COLUMNS
            .iter()
            .filter(|column| column.required)
            .map(|column| column.name)
            .collect();
        assert_eq!(required, ["sku", "name", "description", "price", "currency", "stock"]);
    }
}
