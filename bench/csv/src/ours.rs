//! What does our import do with a file? Reads, checks and writes it as csv-ingester does: the same reader, the same
//! `Writes`, the same adapter over the same client, on one thread.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use adapter_dynamodb::catalog::DynamoCatalogWriter;
use adapter_dynamodb::table::Table;
use adapter_system::clock::SystemClock;
use adapter_system::pause::SystemPause;
use domain::catalog::csv::{CatalogReader, ReadRow};
use domain::catalog::import::writes::Writes;
use domain::catalog::ports::CatalogVersion;
use edge::aws::sdk_config;
use edge::config::from_lookup;

use crate::trouble::Trouble;

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

/// Imports at most so many rows of a file into the table `products` behind `AWS_ENDPOINT_URL`; prints the rows written.
pub(crate) fn import(path: &Path, rows_max: u64) -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|reason| Trouble::new("runtime", reason))?;
    println!("{}", runtime.block_on(imported(path, rows_max))?);
    Ok(())
}

async fn imported(path: &Path, rows_max: u64) -> Result<u64, Trouble> {
    let trouble = |reason| Trouble::new(path.display(), reason);
    let lookup = |name: &str| std::env::var(name).ok();
    let config = from_lookup(lookup, sdk_config).map_err(|reason| Trouble::new("configuration", reason))?;
    let table = DynamoCatalogWriter::new(&Table::new(&config, "products"));
    let mut writes = Writes::new(&table, &SystemClock, &SystemPause, 0);
    let mut file = File::open(path).map_err(trouble)?;
    let mut reader = CatalogReader::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut rows = 0;
    'file: loop {
        let bytes = file.read(&mut chunk).map_err(trouble)?;
        let mut rest = &chunk[..bytes];
        while let Some(row) = read(&mut reader, &mut rest)? {
            take(&mut writes, &row).await?;
            rows += 1;
            if rows == rows_max {
                break 'file;
            }
        }
        if bytes == 0 {
            if let Some(row) = reader.finish().map_err(|reason| Trouble::new("header", reason))? {
                take(&mut writes, &row).await?;
            }
            break;
        }
    }
    writes.drain().await.map_err(|reason| Trouble::new("write", reason))?;
    Ok(writes.written())
}

async fn take(writes: &mut Writes<'_>, row: &ReadRow<'_>) -> Result<(), Trouble> {
    let Ok(valid) = &row.outcome else {
        writes.passed(row.record.ends_at);
        return Ok(());
    };
    let version = CatalogVersion {
        upload_sequence: 1,
        byte_offset: row.record.byte_offset,
    };
    let pushed = writes.push(valid.to_row(), version, row.record.ends_at).await;
    pushed.map_err(|reason| Trouble::new("write", reason))
}
