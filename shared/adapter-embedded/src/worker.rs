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

/// The result of a work: whether it succeeded, and how its caller gets the result once the transaction has ended.
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
mod tests;
