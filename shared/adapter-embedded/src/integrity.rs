//! Checks of a database: whether it can be written, and whether its file is damaged.

use std::path::PathBuf;
use std::time::Duration;

use domain::ports::PortFailure;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::Database;
use crate::database::{BUSY_TIMEOUT, failure};

/// How long a check of the file may take; a larger file counts as intact when no damage was found by then.
const CHECK_LIMIT: Duration = Duration::from_secs(5);
/// The bytes that a check writes: some pages, so that it detects a full disk.
const PROBE_BYTES: u32 = 16 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("the file is damaged: {finding}")]
struct Damaged {
    finding: String,
}

impl Database {
    /// Fails if the database cannot be written, for instance because the disk is full.
    pub async fn check_writable(&self) -> Result<(), PortFailure> {
        self.call("write to the database", |connection| {
            connection
                .execute_batch("CREATE TABLE IF NOT EXISTS health_probe (id INTEGER PRIMARY KEY, filling BLOB)")?;
            connection
                .prepare_cached("REPLACE INTO health_probe (id, filling) VALUES (1, randomblob(?1))")?
                .execute([PROBE_BYTES])?;
            Ok(())
        })
        .await
    }

    /// Fails if a page of the file is damaged. SQLite reads all of them, on a connection of its own so that other calls
    /// do not wait.
    pub async fn check_integrity(&self) -> Result<(), PortFailure> {
        const ACTION: &str = "check the database";
        let checked = match self.path.clone() {
            None => self.call(ACTION, quick_check).await?,
            Some(path) => check_file(path).await.map_err(|error| failure(ACTION, error))?,
        };
        match checked {
            None => Ok(()),
            Some(finding) => Err(PortFailure::permanent(ACTION, Damaged { finding })),
        }
    }
}

/// The first damage, if there is any.
fn quick_check(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(Some(finding).filter(|finding| finding != "ok"))
}

async fn check_file(path: PathBuf) -> rusqlite::Result<Option<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let stop = connection.get_interrupt_handle();
    let mut checking = tokio::task::spawn_blocking(move || quick_check(&connection));
    let finished = if let Ok(finished) = tokio::time::timeout(CHECK_LIMIT, &mut checking).await {
        finished
    } else {
        stop.interrupt();
        checking.await
    };
    match finished {
        Ok(Err(fault)) if fault.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
        Ok(checked) => checked,
        Err(broken_off) => Ok(Some(broken_off.to_string())),
    }
}
