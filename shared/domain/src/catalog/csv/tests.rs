//! Every trap of CSV files is read as written, however the file is cut into pieces.

use std::fmt::Write as _;

use super::*;
use crate::catalog::product::{DESCRIPTION_BYTES_MAX, NAME_BYTES_MAX, STOCK_UNITS_MAX};

pub(super) const HEADER: &str = "sku,name,description,price,currency,stock\n";

/// A row in short: `line@offset sku|name|description|price|stock` or `line@offset: faults`.
fn describe(row: &ReadRow<'_>) -> String {
    let Record { line, byte_offset, .. } = row.record;
    match &row.outcome {
        Ok(row) => {
            let price = row.price.to_decimal_text();
            format!(
                "{line}@{byte_offset} {}|{}|{}|{price}|{}",
                row.sku.as_str(),
                row.name,
                row.description,
                row.stock
            )
        }
        Err(faults) => format!("{line}@{byte_offset}: {faults}"),
    }
}

fn read_in_chunks(file: &[u8], chunk_bytes: usize) -> Result<Vec<String>, HeaderFault> {
    let mut reader = CatalogReader::new();
    let mut rows = Vec::new();
    for mut chunk in file.chunks(chunk_bytes) {
        while let Some(row) = reader.next_row(&mut chunk)? {
            rows.push(describe(&row));
        }
        assert!(chunk.is_empty(), "a reader that wants more has used up what it got");
    }
    rows.extend(reader.finish()?.as_ref().map(describe));
    assert_eq!(reader.bytes_read(), file.len() as u64);
    Ok(rows)
}

/// Reads a file whole and in pieces of every awkward size; all must agree.
pub(super) fn read(file: impl AsRef<[u8]>) -> Result<Vec<String>, HeaderFault> {
    let file = file.as_ref();
    let whole = read_in_chunks(file, file.len().max(1));
    for chunk_bytes in [1, 2, 3, 7, 64] {
        assert_eq!(read_in_chunks(file, chunk_bytes), whole, "in pieces of {chunk_bytes}");
    }
    whole
}

pub(super) fn rows(body: &str) -> Vec<String> {
    read(format!("{HEADER}{body}")).unwrap()
}

/// What is wrong with the only row of a file.
pub(super) fn fault(row: &str) -> String {
    let rows = rows(row);
    let [only] = rows.as_slice() else {
        panic!("one row, got {rows:?}")
    };
    only.split_once(": ")
        .unwrap_or_else(|| panic!("a rejected row, got {only}"))
        .1
        .to_owned()
}

#[test]
fn a_plain_row_is_read() {
    assert_eq!(rows("A,Mug,Blue,12.5,EUR,3\n"), ["2@42 A|Mug|Blue|12.50 EUR|3"]);
}

#[test]
fn a_byte_order_mark_is_dropped() {
    let file = format!("\u{feff}{HEADER}A,Mug,,1,EUR,3\n");
    assert_eq!(read(file).unwrap(), ["2@45 A|Mug||1.00 EUR|3"]);
}

#[test]
fn a_byte_order_mark_may_stand_twice_and_a_part_of_one_is_text() {
    let file = format!("\u{feff}\u{feff}{HEADER}A,Mug,,1,EUR,3\n");
    assert_eq!(read(file).unwrap(), ["2@48 A|Mug||1.00 EUR|3"]);
    for part in [b"\xef".as_slice(), b"\xef\xbb"] {
        assert_eq!(read(part), Err(HeaderFault::NotUtf8), "{part:?}");
        assert_eq!(
            read([part, HEADER.as_bytes()].concat()),
            Err(HeaderFault::NotUtf8),
            "{part:?}"
        );
    }
    assert_eq!(read(b"\xef\xbb\xbf"), Err(HeaderFault::EmptyFile));
}

#[test]
fn every_kind_of_line_end_ends_a_row_and_counts_as_one_line() {
    for end in ["\n", "\r\n", "\r"] {
        let file = format!("{HEADER}A,a,,1,EUR,1\nB,b,,1,EUR,1\n\nC,c,,1,EUR,1\n").replace('\n', end);
        let extra = end.len() - 1;
        let (a, b, c) = (42 + extra, 55 + 2 * extra, 69 + 4 * extra);
        let expected = [
            format!("2@{a} A|a||1.00 EUR|1"),
            format!("3@{b} B|b||1.00 EUR|1"),
            format!("5@{c} C|c||1.00 EUR|1"),
        ];
        assert_eq!(read(file).unwrap(), expected, "{end:?}");
    }
}

#[test]
fn mixed_line_ends_are_counted_as_an_editor_would() {
    let rows = rows("A,a,,1,EUR,1\r\nB,b,,1,EUR,1\rC,c,,1,EUR,1\n\r\n\rD,d,,1,EUR,1");
    let lines: Vec<_> = rows.iter().map(|row| row.split_once('@').unwrap().0).collect();
    assert_eq!(lines, ["2", "3", "4", "7"]);
}

#[test]
fn line_ends_and_delimiters_within_quotes_are_text() {
    let rows = rows("A,\"x, \"\"y\"\"\",\"one\ntwo\r\nthree\rfour\",1,EUR,1\nB,b,,1,EUR,1\n");
    assert_eq!(
        rows,
        [
            "2@42 A|x, \"y\"|one\ntwo\r\nthree\rfour|1.00 EUR|1",
            "6@85 B|b||1.00 EUR|1"
        ]
    );
}

#[test]
fn the_last_row_needs_no_line_end() {
    assert_eq!(rows("A,a,,1,EUR,1"), ["2@42 A|a||1.00 EUR|1"]);
    assert_eq!(rows("A,a,,1,EUR,\"1\""), ["2@42 A|a||1.00 EUR|1"]);
}

#[test]
fn blank_lines_are_no_rows() {
    assert_eq!(rows("\n\r\n\nA,a,,1,EUR,1\n\n\n"), ["5@46 A|a||1.00 EUR|1"]);
    assert_eq!(read(format!("\n\n{HEADER}\n")).unwrap(), [""; 0]);
}

#[test]
fn a_file_without_rows_is_done_and_one_without_a_header_is_unusable() {
    assert_eq!(read(HEADER).unwrap(), [""; 0]);
    assert_eq!(read(HEADER.trim_end()).unwrap(), [""; 0]);
    for empty in ["", "\n", "\r\n\r\n", "\u{feff}"] {
        assert_eq!(read(empty), Err(HeaderFault::EmptyFile), "{empty:?}");
    }
}

#[test]
fn columns_come_in_any_order_and_case_with_others_between() {
    let mut reader = CatalogReader::new();
    let mut file =
        b" Stock ,SKU,colour,Currency,\"price\",NAME,Description,,size\n7,A,red,JPY,1200,Mug,x,,L\n".as_slice();
    let row = reader.next_row(&mut file).unwrap().map(|row| describe(&row));
    assert_eq!(row.as_deref(), Some("2@59 A|Mug|x|1200 JPY|7"));
    assert_eq!(reader.unknown_columns(), ["colour", "size"]);
}

#[test]
fn a_header_beyond_its_limits_is_unusable() {
    let wide = |columns: usize| format!("{}{}\n", HEADER.trim_end(), ",x".repeat(columns - 6));
    assert_eq!(read(wide(COLUMNS_MAX)).unwrap(), [""; 0]);
    assert_eq!(read(wide(COLUMNS_MAX + 1)), Err(HeaderFault::TooManyColumns));
    for bytes in [HEADER_BYTES_MAX, 200_000] {
        assert_eq!(
            read(format!("{},{}\n", HEADER.trim_end(), "x".repeat(bytes))),
            Err(HeaderFault::TooLong)
        );
    }
}

const NOT_UTF8: &str = "the text is not UTF-8; save the file as \"CSV UTF-8\"";

#[test]
fn bad_utf8_rejects_its_row_alone_unless_its_column_is_ignored() {
    let mut file = HEADER.replace("stock", "stock,note").into_bytes();
    file.extend_from_slice(b"A,M\xe4g,\xff,1,EUR,1,\nB,b,,1,EUR,1,\xe4\nC\xc3,\xa4c,,1,EUR,1,\n");
    assert_eq!(
        read(file).unwrap(),
        [
            format!("2@47: name: {NOT_UTF8}; description: {NOT_UTF8}"),
            "3@64 B|b||1.00 EUR|1".to_owned(),
            format!("4@79: sku: {NOT_UTF8}; name: {NOT_UTF8}")
        ]
    );
}

#[test]
fn a_field_of_a_megabyte_rejects_its_row_and_reading_goes_on() {
    let long = "x".repeat(1_000_000);
    for field in [long.clone(), format!("\"{}\"", long.replace("xxxx", "x\n\"\""))] {
        let lines = field.matches('\n').count();
        let rows = rows(&format!("A,a,{field},1,EUR,1\nB,b,,1,EUR,1\n"));
        let next = 42 + 4 + field.len() + 9;
        assert_eq!(
            rows,
            [
                "2@42: the row is longer than 65536 bytes".to_owned(),
                format!("{}@{next} B|b||1.00 EUR|1", 3 + lines)
            ]
        );
    }
}

#[test]
fn a_row_of_exactly_the_limit_is_not_too_long() {
    let description = "x".repeat(RECORD_BYTES_MAX - "Aa1EUR1".len());
    let too_long = format!("description: the description is longer than {DESCRIPTION_BYTES_MAX} bytes {LETTERS}");
    for end in ["", "\n", "\r\n"] {
        assert_eq!(fault(&format!("A,a,{description},1,EUR,1{end}")), too_long);
        assert_eq!(
            fault(&format!("A,a,{description}x,1,EUR,1{end}")),
            "the row is longer than 65536 bytes"
        );
    }
}

const LETTERS: &str = "(letters beyond a to z take two to four)";

const NOT_A_PRICE: &str =
    "price: the price is not a number like 12.50, with a dot before the decimals and no other sign";

#[test]
fn every_column_names_its_fault() {
    let long_name = "n".repeat(NAME_BYTES_MAX + 1);
    let long_description = "d".repeat(DESCRIPTION_BYTES_MAX + 1);
    let cases = [
        (",a,,1,EUR,1", "sku: the sku is empty"),
        (
            "a/b,a,,1,EUR,1",
            "sku: the sku has the character /, which a sku cannot have",
        ),
        ("A ,a,,1,EUR,1", "sku: the sku begins or ends with a space"),
        ("A, ,,1,EUR,1", "name: the name is empty"),
        (
            &format!("A,{long_name},,1,EUR,1"),
            &format!("name: the name is longer than 200 bytes {LETTERS}"),
        ),
        (
            &format!("A,a,{long_description},1,EUR,1"),
            &format!("description: the description is longer than 4000 bytes {LETTERS}"),
        ),
        ("A,a,,free,EUR,1", NOT_A_PRICE),
        ("A,a,,\"1,50\",EUR,1", NOT_A_PRICE),
        ("A,a,,1 000,EUR,1", NOT_A_PRICE),
        ("A,a,, \u{a0},EUR,1", "price: the price is empty"),
        ("A,a,,,EUR,1", "price: the price is empty"),
        ("A,a,,-1,EUR,1", "price: the price is negative"),
        (
            "A,a,,1.005,EUR,1",
            "price: the price has more than the 2 decimals of EUR",
        ),
        ("A,a,,1.5,JPY,1", "price: the price has more than the 0 decimals of JPY"),
        (
            "A,a,,99999999999,EUR,1",
            "price: the price is more than 9999999999.99 EUR",
        ),
        (
            "A,a,,1000000000000,JPY,1",
            "price: the price is more than 999999999999 JPY",
        ),
        ("A,a,,1,,1", "currency: the currency is empty"),
        (
            "A,a,,1.5,eur,1",
            "currency: the currency is not an ISO 4217 code in upper case",
        ),
        ("A,a,,1,EUR,", "stock: the stock is empty"),
        ("A,a,,1,EUR, ", "stock: the stock is empty"),
        ("A,a,,1,EUR,1.0", "stock: the stock is not a whole number"),
        ("A,a,,1,EUR,+1", "stock: the stock is not a whole number"),
        ("A,a,,1,EUR,-", "stock: the stock is not a whole number"),
        ("A,a,,1,EUR,-1", "stock: the stock is negative"),
        ("A,a,,1,EUR,1000000001", "stock: the stock is more than 1000000000"),
        (
            "A,a,,1,EUR,99999999999999999999",
            "stock: the stock is more than 1000000000",
        ),
    ];
    for (row, expected) in cases {
        assert_eq!(fault(row), expected);
    }
}

#[test]
fn all_faults_of_a_row_are_named_at_once() {
    assert_eq!(
        fault(",,,free,XXX,-3"),
        "sku: the sku is empty; name: the name is empty; currency: the currency is not an ISO 4217 code in upper case; \
         price: the price is not a number like 12.50, with a dot before the decimals and no other sign; stock: the stock \
         is negative"
    );
}

#[test]
fn values_at_their_limits_are_accepted() {
    let (name, description) = ("n".repeat(NAME_BYTES_MAX), "d".repeat(DESCRIPTION_BYTES_MAX));
    let read = rows(&format!("A,{name},{description},9999999999.99,EUR,{STOCK_UNITS_MAX}\n"));
    assert_eq!(
        read,
        [format!("2@42 A|{name}|{description}|9999999999.99 EUR|1000000000")]
    );
    assert_eq!(rows("A,a,,0,EUR,-0"), ["2@42 A|a||0.00 EUR|0"]);
}

#[test]
fn offsets_point_at_the_first_byte_of_their_row() {
    let mut body = String::new();
    for number in 0..500 {
        write!(
            body,
            "S{number},\"Mug \"\"{number}\"\"\",\"é\r\n{number}\",1,EUR,{number}\r\n\n"
        )
        .unwrap();
    }
    let file = format!("{HEADER}{body}");
    let rows = read(&file).unwrap();
    assert_eq!(rows.len(), 500);
    for (number, row) in rows.iter().enumerate() {
        let (line, offset) = row.split_once(' ').unwrap().0.split_once('@').unwrap();
        assert!(
            file[offset.parse().unwrap()..].starts_with(&format!("S{number},")),
            "{row}"
        );
        assert_eq!(line.parse(), Ok(2 + number * 3), "{row}");
    }
}

#[test]
fn files_of_random_marks_read_the_same_however_they_are_cut() {
    const MARKS: [&[u8]; 12] = [
        b"\"",
        b"\"",
        b"\"\"",
        b",",
        b",",
        b"\r",
        b"\n",
        b"\r\n",
        b"a",
        b"1",
        b"\xef\xbb\xbf",
        b"A,a,,1,EUR,1\n",
    ];
    let mut state = 1_u32;
    for _ in 0..2_000 {
        let mut file = HEADER.as_bytes().to_vec();
        for _ in 0..30 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            file.extend_from_slice(MARKS[(state >> 16) as usize % MARKS.len()]);
        }
        for row in read(&file).unwrap() {
            let (_, offset) = row.split([' ', ':']).next().unwrap().split_once('@').unwrap();
            let first = file[offset.parse::<usize>().unwrap()];
            assert!(!matches!(first, b'\r' | b'\n'), "{file:?}");
        }
    }
}
