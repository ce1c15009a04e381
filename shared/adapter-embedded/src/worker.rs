//! Threads that own a connection each, and run the work that callers send them.
//!
//! The writer takes everything that waits into one transaction, with a savepoint per caller: many callers at once cost
//! few commits. A caller gets its result after the commit that made it durable. Readers run each work in a snapshot of
//! its own, and never wait for the writer.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use rusqlite::{Connection, TransactionBehavior, ffi};
use tokio::sync::watch;

use crate::changes::Changes;

/// Works of one transaction, and how long it may grow: the first of its callers waits for all of them.
const GROUP_MAX: usize = 128;
const GROUP_TIME_MAX: Duration = Duration::from_millis(5);

/// Why a work has no result.
pub(crate) enum Fault {
    Database(rusqlite::Error),
    /// The work panicked, or the thread is gone.
    BrokeOff,
}

/// What a work leaves: whether it succeeded, and how its caller gets the result once the transaction has ended.
pub(crate) struct Ran {
    is_ok: bool,
    reply: Box<dyn FnOnce(Result<(), Fault>) + Send>,
}

/// Runs on the thread of the connection; without a connection it only reports the fault.
pub(crate) type Work = Box<dyn FnOnce(Result<&Connection, Fault>) -> Ran + Send>;

/// Makes a work of a closure. `reply` gets its result, or why there is none.
pub(crate) fn work<T, F, R>(run: F, reply: R) -> Work
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    R: FnOnce(Result<T, Fault>) + Send + 'static,
{
    Box::new(move |connection| {
        let result = match connection {
            // The transaction is rolled back to before the work, so nothing of it is seen half done.
            Ok(connection) => match catch_unwind(AssertUnwindSafe(|| run(connection))) {
                Ok(result) => result.map_err(Fault::Database),
                Err(panic) => {
                    report_panic(&panic);
                    Err(Fault::BrokeOff)
                }
            },
            Err(fault) => Err(fault),
        };
        Ran {
            is_ok: result.is_ok(),
            reply: Box::new(move |committed| {
                // A work's own fault says more than that of its transaction.
                reply(result.and_then(|value| committed.map(|()| value)));
            }),
        }
    })
}

fn report_panic(panic: &Box<dyn Any + Send>) {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("without a text"), "database work panicked");
}

/// Held by each thread of a database until its connection is closed.
pub(crate) type OpenConnection = Arc<watch::Sender<()>>;

/// The threads of one database; ends with the last handle, when all that was sent is done.
#[derive(Debug)]
pub(crate) struct Worker {
    sender: Option<Sender<Work>>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    pub(crate) fn writer(connection: Connection, changes: Arc<Changes>, open: OpenConnection) -> io::Result<Self> {
        let (sender, works) = channel();
        let thread = thread::Builder::new().name("database-writer".to_owned());
        let run = move || {
            write_all(&connection, &works, &changes);
            drop(connection);
            drop(open);
        };
        Ok(Self {
            sender: Some(sender),
            threads: vec![thread.spawn(run)?],
        })
    }

    pub(crate) fn readers(connections: Vec<Connection>, open: &OpenConnection) -> io::Result<Self> {
        let (sender, works) = channel();
        let works = Arc::new(Mutex::new(works));
        let threads = connections.into_iter().map(|connection| {
            let (works, open) = (Arc::clone(&works), Arc::clone(open));
            let thread = thread::Builder::new().name("database-reader".to_owned());
            thread.spawn(move || {
                read_all(connection, &works);
                drop(open);
            })
        });
        Ok(Self {
            threads: threads.collect::<io::Result<_>>()?,
            sender: Some(sender),
        })
    }

    /// Runs the work once its turn comes, whether or not its caller still waits.
    pub(crate) fn send(&self, work: Work) {
        let unsent = match &self.sender {
            Some(sender) => sender.send(work).err().map(|unsent| unsent.0),
            None => Some(work),
        };
        if let Some(work) = unsent {
            let ran = work(Err(Fault::BrokeOff));
            (ran.reply)(Ok(()));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.sender.take());
        for thread in self.threads.drain(..) {
            // The last handle may go with a work, on the thread itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                tracing::error!("a thread of the database ended with a panic");
            }
        }
    }
}

fn write_all(connection: &Connection, works: &Receiver<Work>, changes: &Changes) {
    while let Ok(first) = works.recv() {
        write_group(connection, first, works);
        changes.announce();
    }
}

fn write_group(connection: &Connection, first: Work, works: &Receiver<Work>) {
    // Immediate: a deferred transaction that writes after it has read can fail where waiting would do.
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        let ran = first(Err(Fault::Database(error)));
        (ran.reply)(Ok(()));
        return;
    }
    let started = Instant::now();
    let mut group = Vec::new();
    let mut next = Some(first);
    while let Some(work) = next.take() {
        group.push(in_savepoint(connection, work));
        // A full disk, among others, ends the whole transaction.
        if connection.is_autocommit() {
            break;
        }
        if group.len() < GROUP_MAX && started.elapsed() < GROUP_TIME_MAX {
            next = works.try_recv().ok();
        }
    }
    let committed = commit(connection);
    for ran in group {
        let outcome = match &committed {
            Ok(()) => Ok(()),
            Err((fault, message)) => Err(Fault::Database(rusqlite::Error::SqliteFailure(*fault, message.clone()))),
        };
        (ran.reply)(outcome);
    }
}

fn in_savepoint(connection: &Connection, work: Work) -> Ran {
    let run = |sql: &str| {
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
    };
    if let Err(error) = run("SAVEPOINT work") {
        return work(Err(Fault::Database(error)));
    }
    let ran = work(Ok(connection));
    let undone = ran.is_ok || run("ROLLBACK TO work").is_ok();
    if (!undone || run("RELEASE work").is_err()) && !connection.is_autocommit() {
        // A work that cannot be undone by itself is undone with its group: the commit fails for all of it.
        run("ROLLBACK").unwrap_or_default();
    }
    ran
}

/// A failure in parts that can be copied for each caller.
type CommitFault = (ffi::Error, Option<String>);

fn commit(connection: &Connection) -> Result<(), CommitFault> {
    if connection.is_autocommit() {
        return Err((
            ffi::Error::new(ffi::SQLITE_ABORT),
            Some("the transaction was rolled back".to_owned()),
        ));
    }
    let committed = connection
        .prepare_cached("COMMIT")
        .and_then(|mut commit| commit.execute([]));
    let Err(failed) = committed else {
        return Ok(());
    };
    if !connection.is_autocommit() {
        // What cannot be committed must not stay open: the next group begins anew. Where even that fails, its `BEGIN`
        // reports it.
        connection.execute_batch("ROLLBACK").unwrap_or_default();
    }
    Err(match failed {
        rusqlite::Error::SqliteFailure(fault, message) => (fault, message),
        other => (ffi::Error::new(ffi::SQLITE_ABORT), Some(other.to_string())),
    })
}

fn read_all(mut connection: Connection, works: &Mutex<Receiver<Work>>) {
    while let Ok(work) = next(works) {
        let ran = match connection.transaction_with_behavior(TransactionBehavior::Deferred) {
            Ok(snapshot) => work(Ok(&snapshot)),
            Err(error) => work(Err(Fault::Database(error))),
        };
        (ran.reply)(Ok(()));
    }
}

fn next(works: &Mutex<Receiver<Work>>) -> Result<Work, RecvError> {
    // Receiving cannot leave the channel half changed.
    works.lock().unwrap_or_else(PoisonError::into_inner).recv()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use crate::Database;
    use crate::object_files::ScratchFolder;

    const NOTES: &str = "CREATE TABLE IF NOT EXISTS notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";
    const LONG: Duration = Duration::from_secs(20);

    struct Notes {
        database: Database,
        folder: ScratchFolder,
    }

    impl Notes {
        async fn create() -> Self {
            let folder = ScratchFolder::create().unwrap();
            let database = Database::open(&folder.path().join("shop.sqlite3")).unwrap();
            database.ensure_schema(NOTES).await.unwrap();
            Self { database, folder }
        }

        async fn numbers(&self) -> BTreeSet<i64> {
            let numbers = self.database.read("read notes", |connection| {
                connection
                    .prepare("SELECT number FROM notes")?
                    .query_map([], |row| row.get(0))?
                    .collect()
            });
            numbers.await.unwrap()
        }
    }

    /// Runs `work` for each number at once, and answers the numbers whose work succeeded.
    async fn at_once(
        database: &Database,
        numbers: std::ops::Range<i64>,
        work: fn(&rusqlite::Connection, i64) -> rusqlite::Result<()>,
    ) -> BTreeSet<i64> {
        let running: Vec<_> = numbers
            .map(|number| {
                let database = database.clone();
                let call = async move {
                    database
                        .call("write note", move |connection| work(connection, number))
                        .await
                };
                (number, tokio::spawn(call))
            })
            .collect();
        let mut succeeded = BTreeSet::new();
        for (number, call) in running {
            if call.await.unwrap().is_ok() {
                succeeded.insert(number);
            }
        }
        succeeded
    }

    fn write(connection: &rusqlite::Connection, number: i64, text: &str) -> rusqlite::Result<()> {
        connection.execute("INSERT INTO notes VALUES (?1, ?2)", (number, text))?;
        Ok(())
    }

    #[tokio::test]
    async fn works_that_fail_or_panic_are_undone_alone_whatever_shares_their_transaction() {
        let notes = Notes::create().await;
        let succeeded = at_once(&notes.database, 0..600, |connection, number| {
            write(connection, number, "kept?")?;
            assert_ne!(number % 7, 0, "on purpose");
            if number % 5 == 0 {
                // Violates the key.
                return write(connection, number, "twice");
            }
            Ok(())
        });
        let expected: BTreeSet<i64> = (0..600).filter(|number| number % 7 != 0 && number % 5 != 0).collect();
        assert_eq!(succeeded.await, expected);
        assert_eq!(notes.numbers().await, expected);
    }

    #[tokio::test]
    async fn on_a_full_disk_only_what_was_stored_is_acknowledged() {
        let notes = Notes::create().await;
        let limited = notes.database.call("limit", |connection| {
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            connection.pragma_update_and_check(None, "max_page_count", pages + 60, |_| Ok(()))
        });
        limited.await.unwrap();
        let succeeded = at_once(&notes.database, 0..300, |connection, number| {
            write(
                connection,
                number,
                &"x".repeat(if number == 250 { 400_000 } else { 400 }),
            )
        });
        let succeeded = succeeded.await;
        assert!(succeeded.len() < 300, "the disk was not full");
        assert!(!succeeded.is_empty());
        assert_eq!(notes.numbers().await, succeeded);
    }

    #[tokio::test]
    async fn a_reader_does_not_wait_for_the_writer_and_sees_what_is_committed() {
        let notes = Notes::create().await;
        let (go_on, signal) = std::sync::mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let database = notes.database.clone();
        let writing = tokio::spawn(async move {
            let work = move |connection: &rusqlite::Connection| {
                write(connection, 1, "slow")?;
                begun.send(()).unwrap();
                signal.recv_timeout(LONG).unwrap();
                Ok(())
            };
            database.call("write slowly", work).await
        });
        has_begun.await.unwrap();
        assert!(notes.numbers().await.is_empty(), "not committed yet");
        go_on.send(()).unwrap();
        writing.await.unwrap().unwrap();
        assert_eq!(notes.numbers().await, BTreeSet::from([1]));
    }

    #[tokio::test]
    async fn a_read_cannot_write() {
        let notes = Notes::create().await;
        let refused = notes.database.read("write", |connection| write(connection, 1, "no"));
        assert!(refused.await.is_err());
        assert!(notes.numbers().await.is_empty());
    }

    #[tokio::test]
    async fn a_commit_wakes_those_who_wait_for_its_tables_only() {
        let notes = Notes::create().await;
        let (watched, unwatched) = (notes.database.watch("notes"), notes.database.watch("orders"));
        let (next, other) = (watched.notified(), unwatched.notified());
        notes
            .database
            .call("write", |connection| write(connection, 1, "a"))
            .await
            .unwrap();
        tokio::time::timeout(LONG, next).await.unwrap();
        let unchanged = tokio::time::timeout(Duration::from_millis(50), other);
        assert!(unchanged.await.is_err());
        let again = watched.notified();
        let deleted = notes
            .database
            .call("delete", |connection| connection.execute("DELETE FROM notes", []));
        deleted.await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(50), again).await.is_err());
    }

    #[tokio::test]
    async fn the_last_handle_closes_the_file() {
        let notes = Notes::create().await;
        notes
            .database
            .call("write", |connection| write(connection, 1, "a"))
            .await
            .unwrap();
        let log = notes.folder.path().join("shop.sqlite3-wal");
        assert!(log.exists());
        let clone = notes.database.clone();
        drop(notes.database);
        assert!(log.exists());
        drop(clone);
        assert!(!log.exists(), "SQLite removes its log when the last connection closes");
    }
}
