//! The durable journal of executions: each decision is written before it takes effect.
//!
//! One task writes for all executions, and commits all entries that arrived while it was writing: many executions at
//! once cost few transactions. It keeps the order, so that no entry of an execution is written after its end.

use std::collections::HashMap;

use adapter_embedded::Database;
use adapter_embedded::executions::Execution;
use domain::ports::PortFailure;
use rusqlite::{Connection, params};
use serde_json::Value;
use state_machine::Outcome;
use state_machine::history::HistoryEvent;
use tokio::sync::{mpsc, oneshot};

use super::ending::{self, Ending};
use super::machines::ArnOfMachine;
use crate::events::bus::Bus;
use crate::events::clock::now_ms;

/// Entries of one transaction.
const BATCH_MAX: usize = 500;
/// Entries that wait for the writer; executions with further entries wait, too.
const WAITING_MAX: usize = 5_000;
/// History events kept, over all executions; the oldest are forgotten.
const HISTORY_EVENTS_KEPT: i64 = 50_000;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS execution_journal (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (kind, name, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS execution_history (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS execution_history_of_execution ON execution_history (kind, name, id);
";

/// The execution that an entry belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExecutionKey {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

impl ExecutionKey {
    pub(crate) fn of(execution: &Execution) -> Self {
        Self {
            kind: execution.workflow.as_str(),
            name: execution.name.clone(),
        }
    }
}

/// An entry was not written. Its source was logged by the writer.
#[derive(Debug, thiserror::Error)]
#[error("the journal could not be written")]
pub(crate) struct NotWritten;

enum Entry {
    Begin {
        execution: Box<Execution>,
        machine: ArnOfMachine,
    },
    Record {
        execution: ExecutionKey,
        key: String,
        value: String,
    },
    History {
        execution: ExecutionKey,
        event: HistoryEvent,
    },
    End(Box<Ending>),
}

struct Written {
    entry: Entry,
    /// `None` for history: no caller waits for it.
    done: Option<oneshot::Sender<()>>,
}

/// Takes the entries of executions.
#[derive(Clone)]
pub(crate) struct Journal {
    entries: mpsc::Sender<Written>,
}

impl Journal {
    /// The journal, and its writer: it must run for anything to be written.
    pub(crate) fn new(database: Database, bus: Bus) -> (Self, Writer) {
        let (entries, waiting) = mpsc::channel(WAITING_MAX);
        (Self { entries }, Writer { database, bus, waiting })
    }

    /// Publishes that the execution runs.
    pub(crate) async fn begin(&self, execution: Execution, machine: ArnOfMachine) -> Result<(), NotWritten> {
        let execution = Box::new(execution);
        self.write(Entry::Begin { execution, machine }).await
    }

    pub(crate) async fn record(&self, execution: &ExecutionKey, key: &str, value: &Value) -> Result<(), NotWritten> {
        let (execution, key, value) = (execution.clone(), key.to_owned(), value.to_string());
        self.write(Entry::Record { execution, key, value }).await
    }

    pub(crate) async fn end(&self, ending: Ending) -> Result<(), NotWritten> {
        self.write(Entry::End(Box::new(ending))).await
    }

    /// Written with the next entries. When the queue of entries is full, the event is dropped: history is only shown.
    pub(crate) fn report(&self, execution: &ExecutionKey, event: HistoryEvent) {
        let entry = Entry::History {
            execution: execution.clone(),
            event,
        };
        if self.entries.try_send(Written { entry, done: None }).is_err() {
            tracing::warn!(
                execution = execution.name,
                "an event of the execution's history was not kept"
            );
        }
    }

    async fn write(&self, entry: Entry) -> Result<(), NotWritten> {
        let (done, written) = oneshot::channel();
        self.entries
            .send(Written {
                entry,
                done: Some(done),
            })
            .await
            .map_err(|_| NotWritten)?;
        written.await.map_err(|_| NotWritten)
    }
}

pub(crate) struct Writer {
    database: Database,
    bus: Bus,
    waiting: mpsc::Receiver<Written>,
}

impl Writer {
    /// Writes until the last [`Journal`] is gone.
    pub(crate) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let (entries, waiters): (Vec<Entry>, Vec<_>) =
                batch.drain(..).map(|written| (written.entry, written.done)).unzip();
            let bus = self.bus.clone();
            let written = self
                .database
                .call("write journal", move |connection| {
                    entries.iter().try_for_each(|entry| write(connection, &bus, entry))?;
                    forget_old_history(connection)
                })
                .await;
            match written {
                // A waiter that has gone was dropped with its branch of the execution.
                Ok(()) => waiters
                    .into_iter()
                    .flatten()
                    .for_each(|done| done.send(()).unwrap_or_default()),
                // The waiters see that their senders are dropped.
                Err(failure) => {
                    tracing::error!(error = &failure as &dyn std::error::Error, "journal cannot be written");
                }
            }
        }
    }
}

fn write(connection: &Connection, bus: &Bus, entry: &Entry) -> rusqlite::Result<()> {
    match entry {
        Entry::Begin { execution, machine } => {
            ending::began(connection, bus, execution, machine, now_ms())?;
        }
        Entry::Record { execution, key, value } => {
            connection
                .prepare_cached(
                    "INSERT INTO execution_journal (kind, name, key, value) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )?
                .execute(params![execution.kind, execution.name, key, value])?;
        }
        Entry::History { execution, event } => {
            connection
                .prepare_cached(
                    "INSERT INTO execution_history (kind, name, at_ms, event, state) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    execution.kind,
                    execution.name,
                    event.timestamp_ms,
                    event.kind.name(),
                    event.state
                ])?;
        }
        Entry::End(ending) => {
            let ended = ending::end(connection, bus, ending, now_ms())?;
            // A failed execution may be redriven, and needs its journal for that.
            if ended && matches!(ending.outcome, Outcome::Succeeded(_)) {
                connection
                    .prepare_cached("DELETE FROM execution_journal WHERE kind = ?1 AND name = ?2")?
                    .execute(params![ending.execution.workflow.as_str(), ending.execution.name])?;
            }
        }
    }
    Ok(())
}

fn forget_old_history(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM execution_history WHERE id <= (SELECT max(id) FROM execution_history) - ?1")?
        .execute(params![HISTORY_EVENTS_KEPT])?;
    Ok(())
}

/// The journal of an execution, by key.
/// An entry of a journal is no JSON: the file was damaged or edited.
#[derive(Debug, thiserror::Error)]
#[error("entry {key} of the journal of {execution} cannot be read")]
pub(crate) struct UnreadableEntry {
    pub(crate) execution: String,
    pub(crate) key: String,
    #[source]
    pub(crate) source: serde_json::Error,
}

pub(crate) async fn recorded(
    database: &Database,
    execution: &ExecutionKey,
) -> Result<Result<HashMap<String, Value>, UnreadableEntry>, PortFailure> {
    let execution = execution.clone();
    database
        .read("read journal", move |connection| entries(connection, &execution))
        .await
}

pub(crate) fn entries<C: FromIterator<(String, Value)>>(
    connection: &Connection,
    execution: &ExecutionKey,
) -> rusqlite::Result<Result<C, UnreadableEntry>> {
    let texts: Vec<(String, String)> = connection
        .prepare_cached("SELECT key, value FROM execution_journal WHERE kind = ?1 AND name = ?2")?
        .query_map(params![execution.kind, execution.name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let read = |(key, text): (String, String)| match serde_json::from_str(&text) {
        Ok(value) => Ok((key, value)),
        Err(source) => Err(UnreadableEntry {
            execution: execution.name.clone(),
            key,
            source,
        }),
    };
    Ok(texts.into_iter().map(read).collect())
}

/// The states that an execution has entered, each once, in the order in which it came to them.
pub(crate) fn states(connection: &Connection, execution: &ExecutionKey) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT state FROM execution_history
             WHERE kind = ?1 AND name = ?2 AND event LIKE '%StateEntered' GROUP BY state ORDER BY min(id)",
        )?
        .query_map(params![execution.kind, execution.name], |row| row.get(0))?
        .collect()
}
