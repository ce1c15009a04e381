//! One SQLite database: a thread that writes, threads that read, and asynchronous calls to both.
//!
//! `journal_mode=WAL` with `synchronous=NORMAL`: a committed transaction is in the operating system's hands, so it
//! survives `kill -9` of this process without an fsync per commit. Only a power failure may take the last few commits
//! with it, and it never damages the file (<https://sqlite.org/pragma.html#pragma_synchronous>).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::ports::PortFailure;
use rusqlite::hooks::Action;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::sync::{Notify, oneshot, watch};

use crate::changes::Changes;
use crate::private_files;
use crate::schema::{SHOP, Schema};
use crate::worker::{Fault, Work, Worker, work};

/// How long to wait for another process, like the `sqlite3` command line, that holds the file's lock.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept prepared: more than all adapters together use.
const STATEMENTS_CACHED: usize = 256;
/// Threads that read, each with a connection: more than processors would only wait for each other.
const READERS: usize = 2;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseFault {
    /// SQLite cannot open the file, or cannot bring its schema up to date.
    #[error("open database {path}")]
    Open {
        /// The database file.
        path: String,
        /// The error of SQLite.
        #[source]
        source: rusqlite::Error,
    },
    /// The operating system gives no further thread.
    #[error("start the threads of database {path}")]
    Threads {
        /// The database file.
        path: String,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The file cannot be created with access for its owner only.
    #[error("create database {path} with access for its owner only")]
    File {
        /// The database file.
        path: String,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// A newer release wrote the file.
    #[error(
        "database {path} has schema version {found}, newer than {supported}: a newer release of Popshop wrote it; start that release, or use another --data-dir"
    )]
    NewerSchema {
        /// The database file.
        path: String,
        /// The schema version of the file.
        found: i64,
        /// The newest schema version that this release reads.
        supported: usize,
    },
}

/// A handle on one database; clones share the connections.
#[derive(Debug, Clone)]
pub struct Database {
    // Dropped first: the last connection that closes writes the log back into the file.
    readers: Option<Arc<Worker>>,
    writer: Arc<Worker>,
    changes: Arc<Changes>,
    closing: Closing,
    /// `None` in memory.
    pub(crate) path: Option<PathBuf>,
    /// Steps of SQLite's machine on the connection that writes.
    #[cfg(test)]
    steps: Arc<AtomicU64>,
}

/// Waits for the end of a database. It is no handle: it keeps nothing open.
#[derive(Debug, Clone)]
pub struct Closing(watch::Receiver<()>);

impl Closing {
    /// Returns when the last handle is dropped and every connection is closed. SQLite writes to the file until then.
    pub async fn wait(mut self) {
        while self.0.changed().await.is_ok() {}
    }
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
        let text = path.display().to_string();
        // The files beside it take their mode from it.
        private_files::create_or_restrict_file(path).map_err(|source| DatabaseFault::File {
            path: text.clone(),
            source,
        })?;
        let writer = prepare(schema, &text, Connection::open(path))?;
        let readers: rusqlite::Result<Vec<Connection>> = (0..READERS).map(|_| reader(path)).collect();
        let readers = readers.map_err(|source| DatabaseFault::Open {
            path: text.clone(),
            source,
        })?;
        let database = Self::start(&text, writer, readers)?;
        Ok(Self {
            path: Some(path.to_owned()),
            ..database
        })
    }

    /// Another connection would see another database: the writer reads, too.
    pub(crate) fn in_memory_as(schema: &Schema) -> Result<Self, DatabaseFault> {
        let path = "in memory";
        let writer = prepare(schema, path, Connection::open_in_memory())?;
        Self::start(path, writer, Vec::new())
    }

    fn start(path: &str, mut writer: Connection, readers: Vec<Connection>) -> Result<Self, DatabaseFault> {
        let threads = |source| DatabaseFault::Threads {
            path: path.to_owned(),
            source,
        };
        let changes = Arc::new(Changes::default());
        let recorded = Arc::clone(&changes);
        let hook = move |action, _: &str, table: &str, _| {
            if action != Action::SQLITE_DELETE {
                recorded.record(table);
            }
        };
        writer.update_hook(Some(hook)).map_err(|source| DatabaseFault::Open {
            path: path.to_owned(),
            source,
        })?;
        #[cfg(test)]
        let steps = {
            let steps = Arc::new(AtomicU64::new(0));
            let counter = Arc::clone(&steps);
            let count = move || {
                counter.fetch_add(1, Ordering::Relaxed);
                false
            };
            writer.progress_handler(1, Some(count)).ok();
            steps
        };
        let (open, closing) = watch::channel(());
        let open = Arc::new(open);
        let readers = if readers.is_empty() {
            None
        } else {
            Some(Arc::new(Worker::readers(readers, &open).map_err(threads)?))
        };
        let writer = Arc::new(Worker::writer(writer, Arc::clone(&changes), open).map_err(threads)?);
        Ok(Self {
            readers,
            writer,
            changes,
            closing: Closing(closing),
            path: None,
            #[cfg(test)]
            steps,
        })
    }

    /// Waits, without a handle, until all connections are closed: nothing else may touch the files before.
    pub fn closing(&self) -> Closing {
        self.closing.clone()
    }

    /// Notified after each commit that inserted or changed rows of `table`, a table with row ids.
    pub fn watch(&self, table: &'static str) -> Arc<Notify> {
        self.changes.watch(table)
    }

    /// Runs `work` in a transaction that excludes every other writer. It is committed on `Ok`; an `Err` or a panic
    /// undoes it. Once called it is carried through, even when the caller stops waiting.
    pub async fn call<T, F>(&self, action: &'static str, run: F) -> Result<T, PortFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        on(&self.writer, action, run).await
    }

    /// Runs `work`, which only reads, in a snapshot of the newest commit. It does not wait for writers.
    pub async fn read<T, F>(&self, action: &'static str, run: F) -> Result<T, PortFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        on(self.readers.as_ref().unwrap_or(&self.writer), action, run).await
    }

    /// Counts the steps of SQLite's machine from now on: what a statement visits, it pays for in steps.
    #[cfg(test)]
    pub(crate) fn count_steps(&self) -> Arc<AtomicU64> {
        self.steps.store(0, Ordering::Relaxed);
        Arc::clone(&self.steps)
    }

    /// Creates further tables in the same file, so that one transaction can span both. `sql` must be repeatable.
    pub async fn ensure_schema(&self, sql: &'static str) -> Result<(), PortFailure> {
        self.call("create tables", move |connection| connection.execute_batch(sql))
            .await
    }
}

/// Opens another connection on the file of a prepared database, for reading only.
fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn prepare(schema: &Schema, path: &str, opened: rusqlite::Result<Connection>) -> Result<Connection, DatabaseFault> {
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
    Ok(connection)
}

async fn on<T, F>(worker: &Worker, action: &'static str, run: F) -> Result<T, PortFailure>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
{
    let (sender, finished) = oneshot::channel();
    let work: Work = work(run, move |result| {
        // A caller that has stopped waiting does not want the result.
        sender.send(result).unwrap_or_default();
    });
    worker.send(work);
    match finished.await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(Fault::Database(error))) => Err(failure(action, error)),
        Ok(Err(Fault::BrokeOff)) | Err(_) => Err(PortFailure::transient(action, BrokeOff)),
    }
}

/// The work panicked, or the database is closing.
#[derive(Debug, thiserror::Error)]
#[error("the database work was interrupted")]
struct BrokeOff;

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
pub(crate) fn failure(action: &'static str, error: rusqlite::Error) -> PortFailure {
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
mod tests;
