//! Reads and checks a file with the reader of csv-ingester, without writing its rows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bench_kit::trouble::Trouble;
use domain::catalog::csv::{CatalogReader, ReadRow};

/// As pieces of an object arrive.
const CHUNK_BYTES: usize = 64 * 1024;

/// Checks a file; prints how many rows are usable.
pub(crate) fn parse(path: &Path) -> Result<(), Trouble> {
    let trouble = |reason| Trouble::new(path.display(), reason);
    let mut file = File::open(path).map_err(trouble)?;
    let mut reader = CatalogReader::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut usable = 0_u64;
    loop {
        let bytes = file.read(&mut chunk).map_err(trouble)?;
        if bytes == 0 {
            break;
        }
        let mut rest = &chunk[..bytes];
        while let Some(row) = read(&mut reader, &mut rest)? {
            usable += u64::from(row.outcome.is_ok());
        }
    }
    let last = reader.finish().map_err(|reason| Trouble::new("header", reason))?;
    println!("{}", usable + u64::from(last.is_some_and(|row| row.outcome.is_ok())));
    Ok(())
}

fn read<'a, 'input: 'a>(
    reader: &'a mut CatalogReader,
    rest: &mut &'input [u8],
) -> Result<Option<ReadRow<'a>>, Trouble> {
    reader.next_row(rest).map_err(|reason| Trouble::new("header", reason))
}
