//! What does an optional column do to files that have it and to files that lack it? The shop has none yet, so the table
//! with one is made here.

use super::*;
use crate::catalog::csv::{CatalogReader, HeaderFault, RecordStart};

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
    let fault = format!("long_description: the description is longer than {DESCRIPTION_BYTES_MAX} bytes");
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
    assert_eq!(read(WITH_ONE_MORE, "sku\n"), Err(HeaderFault::Missing { columns }));
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
