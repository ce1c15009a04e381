//! Generates the catalog that is imported: the same bytes in every run, with everything that real catalogs have.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use bench_kit::trouble::Trouble;

/// Rows of the file that every program reads.
pub(crate) const ROWS: u64 = 1_000_000;
/// Rows of a file of 4 GB.
pub(crate) const ROWS_LARGE: u64 = 23_000_000;
/// One row in a hundred is bad, and not every program rejects each of them.
pub(crate) const USABLE_MIN: f64 = 0.985;

/// Every hundredth row is bad in its price, its stock or its number of fields.
const BAD_EVERY: u64 = 100;

const HEADER: &str = "sku,name,description,price,currency,stock,brand,category,colour,size,weight_g,ean,supplier,\
                      updated_at,image\n";
const THINGS: [&str; 8] = [
    "Mug",
    "Käsereibe",
    "Café-Tasse",
    "茶碗",
    "Plate",
    "Jug",
    "Tablett",
    "Thermos flask",
];
const COLOURS: [&str; 6] = ["red", "blue", "türkis", "black", "", "cream"];
const CURRENCIES: [&str; 4] = ["EUR", "USD", "CHF", "JPY"];

/// Numbers that look random, the same ones in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices[index]
    }
}

/// A catalog of so many rows: its path, and its bytes.
pub(crate) fn made(work: &Path, rows: u64) -> Result<(PathBuf, u64), Trouble> {
    fs::create_dir_all(work).map_err(|reason| Trouble::new(work.display(), reason))?;
    let path = work.join(format!("catalog-{rows}.csv"));
    if !path.exists() {
        eprintln!("    generating {}", path.display());
        // Under another name until it is whole.
        let unfinished = path.with_extension("unfinished");
        make(&unfinished, rows)?;
        fs::rename(&unfinished, &path).map_err(|reason| Trouble::new(path.display(), reason))?;
    }
    let size = fs::metadata(&path).map_err(|reason| Trouble::new(path.display(), reason))?;
    Ok((path, size.len()))
}

/// Writes a catalog of so many rows, about 179 bytes each, every hundredth of them bad.
pub(crate) fn make(path: &Path, rows: u64) -> Result<(), Trouble> {
    let trouble = |reason| Trouble::new(path.display(), reason);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(trouble)?);
    file.write_all(HEADER.as_bytes()).map_err(trouble)?;
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for row in 1..=rows {
        write_row(&mut file, row, &mut numbers).map_err(trouble)?;
    }
    file.flush().map_err(trouble)
}

fn write_row(file: &mut impl Write, row: u64, numbers: &mut Numbers) -> std::io::Result<()> {
    let (thing, colour) = (numbers.of(&THINGS), numbers.of(&COLOURS));
    let currency = numbers.of(&CURRENCIES);
    let bad = if row.is_multiple_of(BAD_EVERY) {
        1 + numbers.below(3)
    } else {
        0
    };
    write!(file, "SKU-{row:07},")?;
    match numbers.below(10) {
        0..=2 => write!(file, "\"{thing}, {colour} no. {}\",", numbers.below(1_000))?,
        _ => write!(file, "{thing} {}", numbers.below(100_000)).and_then(|()| file.write_all(b","))?,
    }
    match numbers.below(50) {
        0 | 1 => write!(
            file,
            "\"Dishwasher safe,\nmade of stoneware; holds {} ml\",",
            numbers.below(900)
        )?,
        2 => write!(file, "\"The \"\"{thing}\"\" of the year, by hand\",")?,
        3..=20 => write!(file, "\"Stoneware, glazed, {} cm\",", numbers.below(40))?,
        _ => write!(file, "Plain and robust piece no. {},", numbers.below(100_000))?,
    }
    match (bad, currency) {
        (1, _) => write!(file, "free,")?,
        (_, "JPY") => write!(file, "{},", numbers.below(90_000))?,
        _ => write!(file, "{}.{:02},", numbers.below(900), numbers.below(100))?,
    }
    let sign = if bad == 2 { "-1" } else { "" };
    write!(
        file,
        "{currency},{sign}{},Atelier {},tableware/{},{colour},{}x{},{},40{:011},\"Supplier {} GmbH\",\
         2026-{:02}-{:02}T{:02}:00:00Z,{:06x}.jpg",
        numbers.below(5_000),
        numbers.below(90),
        numbers.below(40),
        numbers.below(60),
        numbers.below(60),
        numbers.below(2_000),
        numbers.below(100_000_000_000),
        numbers.below(300),
        1 + numbers.below(12),
        1 + numbers.below(28),
        numbers.below(24),
        numbers.below(1 << 24),
    )?;
    file.write_all(if bad == 3 { b",too many\n" } else { b"\n" })
}
