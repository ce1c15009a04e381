//! One SQLite database: a thread that writes, threads that read, and asynchronous calls to both.
//!
//! `journal_mode=WAL` with `synchronous=NORMAL`: a committed transaction is in the operating system's hands, so it
//! survives `kill -9` of this process without an fsync per commit. Only a power failure may take the last few commits
//! with it, and it never damages the file (<https://sqlite.org/pragma.html#pragma_synchronous>).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::ports::PortFailure;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use tokio::sync::Mutex;

use crate::private_files;
use crate::schema::{SHOP, Schema};

/// How long to wait for another process, like the `sqlite3` command line, that holds the file's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a check of the file may take; a larger file counts as intact when no damage was found by then.
const CHECK_LIMIT: Duration = Duration::from_secs(5);
/// What a check writes: some pages, so that a full disk is noticed.
const PROBE_BYTES: u32 = 16 * 1024;
/// Statements kept prepared: more than all adapters together use.
const STATEMENTS_CACHED: usize = 256;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseFault {
    #[error("open database {path}")]
    Open {
        path: String,
        #[source]
        source: rusqlite::Error,
    },
    #[error("create database {path} for its owner alone")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "database {path} has schema version {found}, newer than {supported}: a newer release of Popshop wrote it; start that release, or use another --data-dir"
    )]
    NewerSchema { path: String, found: i64, supported: usize },
}

/// A handle on one database; clones share the connection.
#[derive(Debug, Clone)]
pub struct Database {
    connection: Arc<Mutex<Connection>>,
    /// `None` in memory.
    path: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
#[error("the file is damaged: {finding}")]
struct Damaged {
    finding: String,
}

impl Database {
    /// Opens or creates the shop's file. Blocks for a few milliseconds.
    pub fn open(path: &Path) -> Result<Self, DatabaseFault> {
        Self::open_as(&SHOP, path)
    }

    /// A shop that is forgotten when the last handle is dropped.
    pub fn in_memory() -> Result<Self, DatabaseFault> {
        Self::in_memory_as(&SHOP)
    }

    pub(crate) fn open_as(schema: &Schema, path: &Path) -> Result<Self, DatabaseFault> {
        // The files beside it take their mode from it.
        private_files::create_or_restrict_file(path).map_err(|source| DatabaseFault::File {
            path: path.display().to_string(),
            source,
        })?;
        let database = Self::prepare(schema, &path.display().to_string(), Connection::open(path))?;
        Ok(Self {
            path: Some(path.to_owned()),
            ..database
        })
    }

    pub(crate) fn in_memory_as(schema: &Schema) -> Result<Self, DatabaseFault> {
        Self::prepare(schema, "in memory", Connection::open_in_memory())
    }

    fn prepare(schema: &Schema, path: &str, opened: rusqlite::Result<Connection>) -> Result<Self, DatabaseFault> {
        let fault = |source| DatabaseFault::Open {
            path: path.to_owned(),
            source,
        };
        let mut connection = opened.map_err(fault)?;
        let found = configure(&connection).map_err(fault)?;
        let steps = usize::try_from(found)
            .ok()
            .and_then(|applied| schema.steps.get(applied..));
        let Some(steps) = steps else {
            return Err(DatabaseFault::NewerSchema {
                path: path.to_owned(),
                found,
                supported: schema.steps.len(),
            });
        };
        if !steps.is_empty() {
            migrate(&mut connection, schema, steps).map_err(fault)?;
        }
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path: None,
        })
    }

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

    /// Fails if a page of the file is damaged. SQLite reads all of them, on a connection of its own so that other calls do not wait.
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

    /// Runs `work` in one transaction that excludes every other writer. It commits on `Ok`; an `Err` or a panic rolls it
    /// back. Once begun it is carried through, even when the caller stops waiting.
    pub async fn call<T, F>(&self, action: &'static str, work: F) -> Result<T, PortFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        // A task of its own: a caller that joins several calls does not poll each of them all the time. A call that holds
        // the connection and is not polled would block all others, its own caller included.
        let finished = tokio::spawn(async move {
            // Queue here, in order, rather than in as many blocking threads.
            let mut connection = connection.lock_owned().await;
            let worked = tokio::task::spawn_blocking(move || {
                // Immediate: a deferred transaction that writes after it has read can fail where waiting would do.
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let result = work(&transaction)?;
                transaction.commit()?;
                Ok(result)
            });
            worked.await
        });
        match finished.await {
            Ok(Ok(result)) => result.map_err(|error| failure(action, error)),
            Ok(Err(interrupted)) | Err(interrupted) => Err(PortFailure::transient(action, interrupted)),
        }
    }

    /// Counts the steps of SQLite's machine from now on: what a statement visits, it pays for in steps.
    #[cfg(test)]
    pub(crate) async fn count_steps(&self) -> Arc<std::sync::atomic::AtomicU64> {
        let steps = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counter = Arc::clone(&steps);
        let count = move || {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            false
        };
        self.connection.lock().await.progress_handler(1, Some(count)).unwrap();
        steps
    }

    /// Creates further tables in the same file, so that one transaction can span both. `sql` must be repeatable.
    pub async fn ensure_schema(&self, sql: &'static str) -> Result<(), PortFailure> {
        self.call("create tables", move |connection| connection.execute_batch(sql))
            .await
    }
}

/// What is damaged, if anything is.
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

/// Sets the connection up and answers the file's schema version.
fn configure(connection: &Connection) -> rusqlite::Result<i64> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // Answers the mode; a database in memory stays in its own.
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Applies the steps that a file lacks, all or none.
fn migrate(connection: &mut Connection, schema: &Schema, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", schema.steps.len())?;
    transaction.commit()
}

/// A retry cannot repair a wrong statement or damaged data; anything else (busy, disk full, input or output) may pass.
fn failure(action: &'static str, error: rusqlite::Error) -> PortFailure {
    let permanent = match &error {
        rusqlite::Error::SqliteFailure(fault, _) => matches!(
            fault.code,
            ErrorCode::ConstraintViolation
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::ApiMisuse
                | ErrorCode::Unknown
        ),
        _ => true,
    };
    if permanent {
        PortFailure::permanent(action, error)
    } else {
        PortFailure::transient(action, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_call_leaves_nothing_behind() {
        let database = Database::in_memory().unwrap();
        database
            .ensure_schema("CREATE TABLE IF NOT EXISTS notes (text TEXT NOT NULL) STRICT")
            .await
            .unwrap();
        let failed = database
            .call("write note", |connection| {
                connection.execute("INSERT INTO notes VALUES ('kept?')", [])?;
                connection.execute("INSERT INTO notes VALUES (NULL)", [])
            })
            .await
            .unwrap_err();
        assert!(!failed.transient);
        let count: i64 = database
            .call("count notes", |connection| {
                connection.query_row("SELECT count(*) FROM notes", [], |row| row.get(0))
            })
            .await
            .unwrap();
        assert_eq!(count, 0);
    }

    #[tokio::test]
    async fn a_call_that_nobody_polls_does_not_block_the_others() {
        let database = Database::in_memory().unwrap();
        let running = database.call("one", |connection| connection.execute_batch("SELECT 1"));
        let mut waiting = std::pin::pin!(database.call("two", |connection| connection.execute_batch("SELECT 2")));
        let mut running = std::pin::pin!(running);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        // Both stand in the queue now, and neither is looked at again.
        assert!(running.as_mut().poll(&mut context).is_pending());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        database
            .call("three", |connection| connection.execute_batch("SELECT 3"))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_panic_rolls_back_and_the_next_call_works() {
        let database = Database::in_memory().unwrap();
        let failed = database
            .call("panic", |connection| -> rusqlite::Result<()> {
                connection.execute_batch("CREATE TABLE half_done (id INTEGER)")?;
                panic!("on purpose");
            })
            .await
            .unwrap_err();
        assert!(failed.transient);
        database
            .ensure_schema("CREATE TABLE half_done (id INTEGER)")
            .await
            .unwrap();
    }

    #[test]
    fn a_file_of_an_older_release_gets_what_it_lacks_and_keeps_what_it_has() {
        let folder = crate::object_files::ScratchFolder::create().unwrap();
        let path = folder.path().join("shop.sqlite3");
        let first_release = Schema {
            steps: &SHOP.steps[..1],
        };
        drop(Database::open_as(&first_release, &path).unwrap());
        let kept = "INSERT INTO uploads (id, kind, file_name, size_bytes, created_at, updated_at, status)
                    VALUES ('u-1', 'catalog', 'spring.csv', 5, 1, 1, 'WAITING')";
        Connection::open(&path).unwrap().execute(kept, []).unwrap();
        for _ in 0..2 {
            drop(Database::open(&path).unwrap());
        }
        let connection = Connection::open(&path).unwrap();
        let found = connection.query_row("SELECT id, object_version FROM uploads", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
        });
        assert_eq!(found.unwrap(), ("u-1".to_owned(), None));
        assert_eq!(configure(&connection), Ok(i64::try_from(SHOP.steps.len()).unwrap()));
    }

    #[test]
    fn a_file_of_a_newer_release_is_refused() {
        let folder = crate::object_files::ScratchFolder::create().unwrap();
        let path = folder.path().join("shop.sqlite3");
        drop(Database::open(&path).unwrap());
        drop(Database::open(&path).unwrap());
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let refused = Database::open(&path).unwrap_err();
        assert!(
            matches!(refused, DatabaseFault::NewerSchema { found: 99, .. }),
            "{refused}"
        );
    }
}
