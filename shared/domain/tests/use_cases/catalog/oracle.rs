//! A reader in another language, with rules of its own, reads the same rows from hundreds of nasty files, whole and
//! divided.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the other reader is a program, which gets its files in a folder"
)]

use std::fmt::Write as _;
use std::process::Command;

use domain::catalog::csv::report::REPORT_COLUMNS;
use domain::catalog::csv::{CatalogReader, Cuts, HeaderFault, ReadRow, RecordStart, RowFault};

const FILES: usize = 420;

/// Numbers that look random, the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

const SKUS: [&[u8]; 12] = [
    b"MUG-1",
    b"mug 1",
    b"K\xc3\xa4se",
    b"",
    b" A",
    b"a/b",
    b"\xef\xbb\xbfA",
    b"A\xe2\x80\x8b",
    b"A\xe2\x80\xaeB",
    b"..",
    b"\xef\xbf\xbdA",
    b"A\xc2\xa0B",
];
const NAMES: [&[u8]; 12] = [
    b"Mug",
    b"\"Mug, blue\"",
    b"\"12\"\" plate\"",
    b"12\" plate",
    b"\"12\\\" plate\"",
    b"\"a\nb\"",
    b" ",
    b"K\xe4se",
    b"a\x07b",
    b"\"Mug\" x",
    b"\"Mug",
    b"\xef\xbf\xbd",
];
const DESCRIPTIONS: [&[u8]; 10] = [
    b"",
    b"plain",
    b"\"two\r\nlines\"",
    b"\"tab\t and \"\"quotes\"\"\"",
    b"nul\0",
    b"\"a,b;c\rd\"",
    b"\xff",
    b"'=1+1",
    b"\"x;'=1\n'@y\"",
    b"\xc2\x85",
];
const PRICES: [&[u8]; 13] = [
    b"1.00",
    b"12.5",
    b" 7 ",
    b"\xc2\xa03.10",
    b"1200.00",
    b"1.005",
    b"1.500",
    b"free",
    b"",
    b"-1",
    b"99999999999",
    b"\"1,50\"",
    b"1.",
];
const CURRENCIES: [&[u8]; 8] = [b"EUR", b"JPY", b"KWD", b" USD\t", b"eur", b"", b"XXX", b"EUR"];
const STOCKS: [&[u8]; 11] = [
    b"1",
    b"7 ",
    b"-0",
    b"-3",
    b"1.0",
    b"",
    b"1000000001",
    b"\"5\"",
    b"5\x1a",
    b"99999999999999999999",
    b"\"5",
];
const BLANK_ROWS: [&[u8]; 9] = [
    b"",
    b",,,,,",
    b"  ",
    b"\"\",\t,",
    b"\x1a",
    b"\0\0",
    b"\xef\xbb\xbf",
    b"\xc2\xa0,,,,,,,,,,",
    b"\"\n\",,,,,",
];
const ENDS: [&[u8]; 4] = [b"\n", b"\r\n", b"\r", b"\n"];

/// A good value more often than any other, so that some rows are valid.
fn value<'a>(numbers: &mut Numbers, choices: &[&'a [u8]]) -> &'a [u8] {
    if numbers.below(10) < 7 {
        choices[0]
    } else {
        numbers.of(choices)
    }
}

fn nasty_row(numbers: &mut Numbers, columns: &[&str], file: &mut Vec<u8>) {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for column in columns {
        let field: &[u8] = match column.trim().to_ascii_lowercase().as_str() {
            "sku" => value(numbers, &SKUS),
            "name" => value(numbers, &NAMES),
            "description" => value(numbers, &DESCRIPTIONS),
            "price" => value(numbers, &PRICES),
            "currency" => value(numbers, &CURRENCIES),
            "stock" => value(numbers, &STOCKS),
            _ => value(numbers, &[b"note", b"", b"a \"b\"", b"\"x\ny\"", b"\xff", b"'-1"]),
        };
        fields.push(field.to_vec());
    }
    match numbers.below(40) {
        0 => fields.truncate(numbers.below(columns.len()) + 1),
        1 => fields.push(b"".to_vec()),
        2 => fields.push(b" more".to_vec()),
        3 => fields.resize(300 + numbers.below(5), b"".to_vec()),
        4 => fields.resize(300, b"x".to_vec()),
        5 => fields[numbers.below(columns.len())] = vec![b'x'; 70_000],
        6 => fields[1] = vec![b'n'; 199 + numbers.below(3)],
        7 => fields[0] = b"\"".repeat(1 + numbers.below(5)),
        _ => {}
    }
    file.extend_from_slice(&fields.join(b",".as_slice()));
}

fn nasty_file(number: usize) -> Vec<u8> {
    let mut numbers = Numbers(number as u64 * 7_919 + 1);
    let headers: [&[&str]; 6] = [
        &["sku", "name", "description", "price", "currency", "stock"],
        &["Stock", "SKU", "name", "currency", "price", "Description"],
        &["sku", "name", "description", "price", "currency", "stock", "note", ""],
        &[" sku ", "note", "name", "description", "price", "currency", "stock"],
        &[
            "line",
            "reason",
            REPORT_COLUMNS[2],
            "sku",
            "name",
            "description",
            "price",
            "currency",
            "stock",
        ],
        &["sku", "name", "description", "price", "currency"],
    ];
    let columns = headers[if number % 20 == 19 { 5 } else { numbers.below(5) }];
    let end = *numbers.of(&[&ENDS[0], &ENDS[1], &ENDS[2]]);
    let mut file = Vec::new();
    if numbers.below(3) == 0 {
        file.extend_from_slice(b"\xef\xbb\xbf");
    }
    for _ in 0..numbers.below(3) {
        file.extend_from_slice(numbers.of(&BLANK_ROWS));
        file.extend_from_slice(end);
    }
    file.extend_from_slice(columns.join(",").as_bytes());
    file.extend_from_slice(end);
    for _ in 0..numbers.below(40) {
        match numbers.below(8) {
            0 => file.extend_from_slice(numbers.of(&BLANK_ROWS)),
            _ => nasty_row(&mut numbers, columns, &mut file),
        }
        file.extend_from_slice(if numbers.below(10) == 0 { numbers.of(&ENDS) } else { end });
    }
    let cut = if numbers.below(4) == 0 { numbers.below(4) } else { 0 };
    file.truncate(file.len() - cut);
    file
}

fn hex(text: &str) -> String {
    let mut digits = String::new();
    for byte in text.bytes() {
        write!(digits, "{byte:02x}").unwrap();
    }
    if digits.is_empty() { "-".to_owned() } else { digits }
}

/// A row as the other reader prints it.
fn describe(row: &ReadRow<'_>) -> String {
    let record = &row.record;
    let faults = match &row.outcome {
        Ok(valid) => {
            let texts = [valid.sku.as_str(), valid.name, valid.description].map(hex).join(" ");
            let (amount, currency) = (valid.price.amount_minor(), valid.price.currency().code());
            return format!("A {} {texts} {amount} {currency} {}", record.line, valid.stock);
        }
        Err(faults) => faults.as_slice().iter().map(|fault| match fault {
            RowFault::FieldCount { .. } => "fields",
            RowFault::TooLong => "long",
            RowFault::Quote { .. } => "quotes",
            RowFault::Field(fault) => fault.column,
        }),
    };
    let mut faults: Vec<&str> = faults.collect();
    faults.sort_unstable();
    faults.dedup();
    format!("R {}-{} {}", record.line, record.last_line, faults.join(","))
}

fn read(mut reader: CatalogReader, bytes: &[u8], piece_bytes: usize) -> Result<Vec<String>, HeaderFault> {
    let mut rows = Vec::new();
    for mut piece in bytes.chunks(piece_bytes) {
        while let Some(row) = reader.next_row(&mut piece)? {
            rows.push(describe(&row));
        }
    }
    rows.extend(reader.finish()?.as_ref().map(describe));
    Ok(rows)
}

fn read_whole(file: &[u8], piece_bytes: usize) -> Vec<String> {
    read(CatalogReader::new(), file, piece_bytes).unwrap_or_else(|_| vec!["U".to_owned()])
}

/// The rows of all ranges behind each other.
fn read_divided(file: &[u8], range_bytes: u64) -> Vec<String> {
    let mut reader = CatalogReader::new();
    let mut rest = file;
    let Ok(Some(header)) = reader.read_header(&mut rest).map(Option::<&_>::cloned) else {
        return read_whole(file, 64);
    };
    let header_ends_at = reader.bytes_read();
    let mut cuts = Cuts::new(RecordStart::FIRST, range_bytes);
    let mut begins = vec![RecordStart::FIRST];
    let mut rest = file;
    while let Some(cut) = cuts.next_cut(&mut rest) {
        if cut.byte_offset >= header_ends_at {
            begins.push(cut);
        }
    }
    let mut rows = Vec::new();
    for (number, begin) in begins.iter().enumerate() {
        let end = begins
            .get(number + 1)
            .map_or(file.len(), |next| usize::try_from(next.byte_offset).unwrap());
        let bytes = &file[usize::try_from(begin.byte_offset).unwrap()..end];
        let reader = match number {
            0 => CatalogReader::new(),
            _ => CatalogReader::resume(header.clone(), *begin),
        };
        rows.extend(read(reader, bytes, 1_000).unwrap());
    }
    rows
}

#[test]
fn another_reader_agrees_on_every_row_of_nasty_files_whole_and_divided() {
    let folder = std::env::temp_dir().join(format!("popshop-oracle-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files: Vec<Vec<u8>> = (0..FILES).map(nasty_file).collect();
    for (number, file) in files.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:04}.csv")), file).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/catalog_reader.py");
    let output = Command::new("python3").arg(script).arg(&folder).output();
    std::fs::remove_dir_all(&folder).unwrap();
    let output = output.expect("python3 is on the machine");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut expected: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("FILE ") {
            Some(_) => expected.push(Vec::new()),
            None => expected.last_mut().unwrap().push(line),
        }
    }
    assert_eq!(expected.len(), FILES);
    for (number, (file, expected)) in files.iter().zip(&expected).enumerate() {
        let shown = String::from_utf8_lossy(&file[..file.len().min(3_000)]);
        // The smallest pieces and ranges take the most time: each file is read in some of them.
        let pieces = [usize::MAX, 7, 1];
        for piece_bytes in &pieces[..2 + usize::from(number % 8 == 0)] {
            let rows = read_whole(file, *piece_bytes);
            assert_eq!(rows, *expected, "file {number} in pieces of {piece_bytes}: {shown}");
        }
        let ranges = [1_000, 60, 1];
        for range_bytes in &ranges[..2 + usize::from(number % 8 == 1)] {
            let rows = read_divided(file, *range_bytes);
            assert_eq!(rows, *expected, "file {number} in ranges of {range_bytes}: {shown}");
        }
    }
    let count = |kind: &str| text.lines().filter(|line| line.starts_with(kind)).count();
    assert!(
        count("A ") > 1_000 && count("R ") > 2_000 && count("U") > 10,
        "the files are of all kinds"
    );
    for fault in [
        "quotes",
        "fields",
        "long",
        "sku",
        "name",
        "description",
        "price",
        "currency",
        "stock",
    ] {
        let rows = text
            .lines()
            .filter(|line| line.starts_with("R ") && line.contains(fault));
        assert!(rows.count() >= 20, "{fault}");
    }
}
