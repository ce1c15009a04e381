//! The usual crates read and check the same file.

use std::fmt::Display;
use std::fs::File;
use std::path::Path;

use bench_kit::trouble::Trouble;
use clap::ValueEnum;
use serde::Deserialize;

use crate::ours;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum How {
    Ours,
    /// `csv` into a struct, as its guide shows it.
    Serde,
    /// `csv` with one record that is used again and again.
    Csv,
    /// `simd-csv` likewise.
    #[value(name = "simd-csv")]
    Simd,
}

#[derive(Deserialize)]
struct Row {
    sku: String,
    name: String,
    #[serde(rename = "description")]
    _description: String,
    price: f64,
    currency: String,
    #[serde(rename = "stock")]
    _stock: u32,
}

/// Prints how many rows are usable.
pub(crate) fn parse(how: How, path: &Path) -> Result<(), Trouble> {
    if let How::Ours = how {
        return ours::parse(path);
    }
    let file = File::open(path).map_err(|reason| Trouble::new(path.display(), reason))?;
    let trouble = |reason: &dyn Display| Trouble::new(path.display(), reason);
    let usable = match how {
        How::Serde => with_serde(file).map_err(|reason| trouble(&reason)),
        How::Ours | How::Csv => with_csv(file).map_err(|reason| trouble(&reason)),
        How::Simd => with_simd(file).map_err(|reason| trouble(&reason)),
    };
    println!("{}", usable?);
    Ok(())
}

fn with_serde(file: File) -> Result<u64, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let mut usable = 0;
    for row in reader.deserialize::<Row>() {
        let row = match row {
            Ok(row) => row,
            Err(fault) if fault.is_io_error() => return Err(fault),
            Err(_bad_row) => continue,
        };
        let is_usable = !row.sku.is_empty() && !row.name.is_empty() && row.price >= 0.0 && row.currency.len() == 3;
        usable += u64::from(is_usable);
    }
    Ok(usable)
}

fn with_csv(file: File) -> Result<u64, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut usable = 0;
    while reader.read_byte_record(&mut record)? {
        usable += u64::from(is_usable(record.len(), |index| record.get(index)));
    }
    Ok(usable)
}

fn with_simd(file: File) -> Result<u64, simd_csv::Error> {
    let mut reader = simd_csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let mut record = simd_csv::ByteRecord::new();
    let mut usable = 0;
    while reader.read_byte_record(&mut record)? {
        usable += u64::from(is_usable(record.len(), |index| record.get(index)));
    }
    Ok(usable)
}

/// As little as an import must check.
fn is_usable<'a>(fields: usize, field: impl Fn(usize) -> Option<&'a [u8]>) -> bool {
    let text = |index| field(index).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let price = text(3).and_then(|price| price.parse::<f64>().ok());
    let stock = text(5).and_then(|stock| stock.parse::<u32>().ok());
    let has_texts = [0, 1, 4]
        .iter()
        .all(|index| text(*index).is_some_and(|text| !text.is_empty()));
    fields == 15 && has_texts && text(2).is_some() && price.is_some() && stock.is_some()
}
