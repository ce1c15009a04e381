//! Queues: durable messages with a visibility timeout, a receive count and a dead-letter queue.
//!
//! The semantics are those of a standard SQS queue with one deviation: a message whose invocation ended with a failure
//! becomes visible after a short, growing delay instead of the rest of its visibility timeout (six minutes in our
//! template), because here the poller knows that no function works on it any more. What stays the same: at least once,
//! no order promised, `maxReceiveCount` receives, then the dead-letter queue.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failed_uploads;
use crate::template::{QueueSpec, RedriveSpec};

/// First delay before a failed message is received again; it grows with every receive.
const RETRY_DELAY_MS: i64 = 1_000;
const RETRY_DELAY_MAX_MS: i64 = 30_000;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queue_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        message_id TEXT NOT NULL,
        body TEXT NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        visible_at_ms INTEGER NOT NULL,
        first_received_at_ms INTEGER,
        receive_count INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX IF NOT EXISTS queue_messages_by_queue ON queue_messages (queue, visible_at_ms);
";

/// One message as a poller received it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) row_id: i64,
    /// As SQS names it: the same for every receive.
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) sent_at_ms: i64,
    pub(crate) first_received_at_ms: i64,
    pub(crate) receive_count: u32,
}

/// What a poller received, and what went to the dead-letter queue instead.
pub(crate) struct Received {
    pub(crate) messages: Vec<Message>,
    pub(crate) dead_letters: Vec<DeadLetter>,
}

/// A message that was received too often.
pub(crate) struct DeadLetter {
    pub(crate) id: String,
    pub(crate) body: String,
}

/// Durable once the surrounding transaction commits. Returns the id of the message.
pub(crate) fn send(connection: &Connection, queue: &str, body: &str, now_ms: i64) -> rusqlite::Result<String> {
    let message_id = uuid::Uuid::new_v4().to_string();
    connection
        .prepare_cached(
            "INSERT INTO queue_messages (queue, message_id, body, sent_at_ms, visible_at_ms) VALUES (?1, ?2, ?3, ?4, ?4)",
        )?
        .execute(params![queue, message_id, body, now_ms])?;
    Ok(message_id)
}

/// Takes up to `limit` visible messages and hides them for the visibility timeout. A message that was received as often
/// as its queue allows goes to the dead-letter queue instead.
///
/// Messages that were sent before `kept_since_ms` are removed, as their retention period is over.
pub(crate) fn receive(
    connection: &Connection,
    queue: &QueueSpec,
    limit: u32,
    now_ms: i64,
    kept_since_ms: i64,
) -> rusqlite::Result<Received> {
    connection
        .prepare_cached("DELETE FROM queue_messages WHERE queue = ?1 AND sent_at_ms < ?2")?
        .execute(params![queue.logical_id, kept_since_ms])?;
    let dead_letters = match &queue.redrive {
        Some(redrive) => give_up(connection, queue, redrive, now_ms)?,
        None => Vec::new(),
    };
    let hidden_until_ms = now_ms + milliseconds(queue.visibility_timeout_seconds);
    let messages = connection
        .prepare_cached(
            "UPDATE queue_messages
             SET visible_at_ms = ?1, receive_count = receive_count + 1,
                 first_received_at_ms = coalesce(first_received_at_ms, ?2)
             WHERE id IN (SELECT id FROM queue_messages WHERE queue = ?3 AND visible_at_ms <= ?2 ORDER BY id LIMIT ?4)
             RETURNING id, message_id, body, sent_at_ms, first_received_at_ms, receive_count",
        )?
        .query_map(params![hidden_until_ms, now_ms, queue.logical_id, limit], |row| {
            Ok(Message {
                row_id: row.get(0)?,
                id: row.get(1)?,
                body: text_of(row, 2)?,
                sent_at_ms: row.get(3)?,
                first_received_at_ms: row.get(4)?,
                receive_count: row.get(5)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Received { messages, dead_letters })
}

/// Moves messages that were received too often, and shows it on the uploads that they are about.
fn give_up(
    connection: &Connection,
    queue: &QueueSpec,
    redrive: &RedriveSpec,
    now_ms: i64,
) -> rusqlite::Result<Vec<DeadLetter>> {
    let letters = connection
        .prepare_cached(
            "UPDATE queue_messages
             SET queue = ?1, receive_count = 0, first_received_at_ms = NULL, visible_at_ms = ?3
             WHERE queue = ?2 AND visible_at_ms <= ?3 AND receive_count >= ?4 RETURNING message_id, body",
        )?
        .query_map(
            params![
                redrive.dead_letter_queue,
                queue.logical_id,
                now_ms,
                redrive.max_receive_count
            ],
            |row| {
                Ok(DeadLetter {
                    id: row.get(0)?,
                    body: text_of(row, 1)?,
                })
            },
        )?
        .collect::<rusqlite::Result<Vec<DeadLetter>>>()?;
    for DeadLetter { id: message_id, body } in &letters {
        let queue = &redrive.dead_letter_queue;
        tracing::error!(
            message_id,
            queue,
            "a message was received too often and became a dead letter"
        );
        failed_uploads::fail(connection, body, now_ms)?;
    }
    Ok(letters)
}

/// A text that may be damaged. The function reports it, and the messages behind it are not held up.
pub(super) fn text_of(row: &Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(row.get_ref(index)?.as_bytes()?).into_owned())
}

pub(crate) fn delete(connection: &Connection, row_id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM queue_messages WHERE id = ?1")?
        .execute(params![row_id])?;
    Ok(())
}

/// Shows a message again whose invocation failed.
pub(crate) fn retry_later(connection: &Connection, message: &Message, now_ms: i64) -> rusqlite::Result<()> {
    let delay_ms = (RETRY_DELAY_MS * i64::from(message.receive_count)).min(RETRY_DELAY_MAX_MS);
    connection
        .prepare_cached("UPDATE queue_messages SET visible_at_ms = ?1 WHERE id = ?2")?
        .execute(params![now_ms + delay_ms, message.row_id])?;
    Ok(())
}

/// After a restart no invocation runs: messages in flight are delivered again at once.
pub(crate) fn show_everything_in_flight(connection: &Connection, now_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE queue_messages SET visible_at_ms = ?1 WHERE visible_at_ms > ?1")?
        .execute(params![now_ms])?;
    Ok(())
}

/// Messages in a queue, visible or in flight.
pub(crate) fn depth(connection: &Connection, queue: &str) -> rusqlite::Result<u64> {
    let count: Option<i64> = connection
        .prepare_cached("SELECT count(*) FROM queue_messages WHERE queue = ?1")?
        .query_row(params![queue], |row| row.get(0))
        .optional()?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// A message as a view shows it.
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) sent_at_ms: i64,
    pub(crate) visible_at_ms: i64,
    pub(crate) receive_count: u32,
}

/// The newest messages of a queue, visible or in flight.
pub(crate) fn newest(connection: &Connection, queue: &str, limit: usize) -> rusqlite::Result<Vec<Shown>> {
    connection
        .prepare_cached(
            "SELECT message_id, body, sent_at_ms, visible_at_ms, receive_count FROM queue_messages
             WHERE queue = ?1 ORDER BY id DESC LIMIT ?2",
        )?
        .query_map(params![queue, limit], |row| {
            Ok(Shown {
                id: row.get(0)?,
                body: text_of(row, 1)?,
                sent_at_ms: row.get(2)?,
                visible_at_ms: row.get(3)?,
                receive_count: row.get(4)?,
            })
        })?
        .collect()
}

/// The ids of all messages of a queue, the oldest first.
pub(crate) fn ids(connection: &Connection, queue: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT message_id FROM queue_messages WHERE queue = ?1 ORDER BY id")?
        .query_map(params![queue], |row| row.get(0))?
        .collect()
}

pub(super) fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_EXPIRES: i64 = 0;

    fn queue() -> (Connection, QueueSpec) {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let spec = QueueSpec {
            logical_id: "Photos".to_owned(),
            visibility_timeout_seconds: 360,
            retention_seconds: 345_600,
            redrive: Some(RedriveSpec {
                dead_letter_queue: "Dead".to_owned(),
                max_receive_count: 2,
            }),
        };
        (connection, spec)
    }

    fn received(connection: &Connection, spec: &QueueSpec, now_ms: i64) -> Vec<Message> {
        receive(connection, spec, 10, now_ms, NOTHING_EXPIRES).unwrap().messages
    }

    #[test]
    fn a_received_message_is_hidden_until_its_timeout() {
        let (connection, spec) = queue();
        send(&connection, "Photos", "one", 0).unwrap();
        assert_eq!(received(&connection, &spec, 0).len(), 1);
        assert_eq!(received(&connection, &spec, 359_999).len(), 0);
        let again = received(&connection, &spec, 360_000);
        assert_eq!((again[0].receive_count, again[0].first_received_at_ms), (2, 0));
    }

    #[test]
    fn a_message_received_too_often_reaches_the_dead_letter_queue() {
        let (connection, spec) = queue();
        send(&connection, "Photos", "one", 0).unwrap();
        let mut now_ms = 0;
        for _ in 0..2 {
            let message = received(&connection, &spec, now_ms).remove(0);
            retry_later(&connection, &message, now_ms).unwrap();
            now_ms += RETRY_DELAY_MAX_MS;
        }
        assert!(received(&connection, &spec, now_ms).is_empty());
        assert_eq!(
            (
                depth(&connection, "Photos").unwrap(),
                depth(&connection, "Dead").unwrap()
            ),
            (0, 1)
        );
    }

    #[test]
    fn a_restart_shows_what_was_in_flight() {
        let (connection, spec) = queue();
        send(&connection, "Photos", "one", 0).unwrap();
        received(&connection, &spec, 0);
        show_everything_in_flight(&connection, 5).unwrap();
        assert_eq!(received(&connection, &spec, 5).len(), 1);
    }

    #[test]
    fn what_is_older_than_the_retention_is_forgotten() {
        let (connection, spec) = queue();
        send(&connection, "Photos", "one", 0).unwrap();
        assert!(
            receive(&connection, &spec, 10, 345_600_001, 1)
                .unwrap()
                .messages
                .is_empty()
        );
        assert_eq!(depth(&connection, "Photos").unwrap(), 0);
    }

    #[test]
    fn a_damaged_message_does_not_hold_up_those_behind_it() {
        let (connection, spec) = queue();
        for body in ["one", "two"] {
            send(&connection, "Photos", body, 0).unwrap();
        }
        connection
            .execute(
                "UPDATE queue_messages SET body = CAST(x'ff' AS TEXT) WHERE body = 'one'",
                [],
            )
            .unwrap();
        let received = received(&connection, &spec, 0);
        let bodies: Vec<&str> = received.iter().map(|message| message.body.as_str()).collect();
        assert_eq!(bodies, ["\u{fffd}", "two"]);
    }
}
