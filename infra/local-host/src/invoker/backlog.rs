//! The backlog: background work that accepted orders still need. New writes are refused while it is too long.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use adapter_embedded::Database;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

/// Units of work behind which new writes are refused: records of the order stream, executions and tasks that wait for
/// their turn. Less than a second of work for the release build on two processors.
const BACKLOG_MAX: usize = 400;
/// Between two looks at the tables.
const INTERVAL: Duration = Duration::from_millis(50);

pub(crate) struct Backlog {
    /// Functions that consume the order stream.
    consumers: Vec<String>,
    /// As the tables showed it last.
    stored: AtomicUsize,
    /// Writes that were let in since then: their work is not in the tables yet.
    admitted: AtomicUsize,
    /// The place of the last execution that the engine took up.
    taken_up: AtomicI64,
}

impl Backlog {
    pub(crate) fn new(consumers: Vec<String>) -> Self {
        Self {
            consumers,
            stored: AtomicUsize::new(0),
            admitted: AtomicUsize::new(0),
            taken_up: AtomicI64::new(0),
        }
    }

    pub(super) fn count_admission(&self) {
        self.admitted.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything up to this place runs, or has ended.
    pub(crate) fn set_taken_up(&self, place: i64) {
        self.taken_up.store(place, Ordering::Relaxed);
    }

    /// `waiting` are tasks without a place.
    pub(super) fn is_too_long(&self, waiting: usize) -> bool {
        self.units().saturating_add(waiting) >= BACKLOG_MAX
    }

    fn units(&self) -> usize {
        self.stored
            .load(Ordering::Relaxed)
            .saturating_add(self.admitted.load(Ordering::Relaxed))
    }

    pub(super) fn to_json(&self, waiting: usize) -> Value {
        json!({ "units": self.units().saturating_add(waiting), "units_max": BACKLOG_MAX })
    }

    /// Looks at the tables again and again, until it is dropped.
    pub(crate) async fn watch(&self, database: &Database) {
        let mut is_measured = false;
        loop {
            let admitted = self.admitted.load(Ordering::Relaxed);
            if is_measured && self.units() == 0 {
                // An idle host stays idle.
                tokio::time::sleep(INTERVAL).await;
                continue;
            }
            let taken_up = self.taken_up.load(Ordering::Relaxed);
            let consumers = self.consumers.clone();
            let stored = database.read("measure the backlog", move |connection| {
                stored(connection, &consumers, taken_up)
            });
            match stored.await {
                Ok(stored) => {
                    self.stored.store(stored, Ordering::Relaxed);
                    self.admitted.fetch_sub(admitted, Ordering::Relaxed);
                    is_measured = true;
                }
                Err(failure) => {
                    tracing::warn!(
                        error = &failure as &dyn std::error::Error,
                        "the backlog cannot be measured"
                    );
                }
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// Counts the records that the slowest consumer of the order stream has not had, and the executions that wait for a
/// place.
fn stored(connection: &Connection, consumers: &[String], taken_up: i64) -> rusqlite::Result<usize> {
    let newest: Option<i64> = connection
        .prepare_cached("SELECT max(sequence) FROM order_stream")?
        .query_row([], |row| row.get(0))?;
    let mut position = connection.prepare_cached("SELECT sequence FROM stream_positions WHERE consumer = ?1")?;
    let mut behind = 0;
    for consumer in consumers {
        let reached: Option<i64> = position.query_row(params![consumer], |row| row.get(0)).optional()?;
        behind = behind.max(newest.unwrap_or_default() - reached.unwrap_or_default());
    }
    let waiting: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM executions WHERE status = 'RUNNING' AND place > ?1 LIMIT ?2)",
        )?
        .query_row(params![taken_up, BACKLOG_MAX], |row| row.get(0))?;
    Ok(usize::try_from(behind.saturating_add(waiting)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_slowest_consumer_and_the_executions_without_a_turn_count() {
        let database = Database::in_memory().unwrap();
        let measured = database.call("measure", |connection| {
            connection.execute_batch(
                "CREATE TABLE stream_positions (consumer TEXT PRIMARY KEY, sequence INTEGER NOT NULL);
                 INSERT INTO order_stream (sequence, event_name, keys, at) VALUES (7, 'INSERT', '{}', 0);
                 INSERT INTO executions (kind, name, input, status, started_at)
                 VALUES ('order', 'a', '{}', 'RUNNING', 0), ('order', 'b', '{}', 'RUNNING', 0),
                        ('order', 'c', '{}', 'SUCCEEDED', 0);
                 INSERT INTO stream_positions VALUES ('Fast', 7), ('Slow', 4), ('Removed', 0);",
            )?;
            let consumers = ["Fast".to_owned(), "Slow".to_owned()];
            Ok([
                stored(connection, &consumers, 0)?,
                stored(connection, &consumers, 1)?,
                stored(connection, &consumers[..1], 9)?,
                stored(connection, &["New".to_owned()], 9)?,
            ])
        });
        assert_eq!(measured.await.unwrap(), [5, 4, 0, 7]);
    }

    #[test]
    fn writes_that_were_let_in_count_before_their_work_is_stored() {
        let backlog = Backlog::new(Vec::new());
        for _ in 1..BACKLOG_MAX {
            backlog.count_admission();
        }
        assert!(!backlog.is_too_long(0));
        assert!(backlog.is_too_long(1));
        backlog.count_admission();
        assert!(backlog.is_too_long(0));
    }
}
