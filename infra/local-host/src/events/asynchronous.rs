//! Asynchronous invocations: stored, invoked, retried, and finally sent to the on-failure destination.
//!
//! As Lambda's asynchronous invocation: the event is durable before it is acknowledged, a failed attempt is repeated
//! as often as the template's `EventInvokeConfig` says, and what still fails goes to the on-failure destination. One
//! deviation: Lambda waits one and then two minutes between attempts, the local host seconds.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::clock::rfc3339;
use super::queue::DeadLetter;
use super::{failed_uploads, queue};
use crate::functions::InvokeFailure;
use crate::template::AsyncInvokeSpec;

const RETRY_DELAY_MS: i64 = 1_000;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS asynchronous_invocations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        function TEXT NOT NULL,
        event TEXT NOT NULL,
        accepted_at_ms INTEGER NOT NULL,
        due_at_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX IF NOT EXISTS asynchronous_invocations_by_due ON asynchronous_invocations (due_at_ms);
";

/// An event that is due.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) id: i64,
    pub(crate) function: String,
    pub(crate) event: String,
    pub(crate) since_ms: i64,
    pub(crate) attempts: u32,
}

/// Durable once the surrounding transaction commits.
pub(crate) fn accept(connection: &Connection, function: &str, event: &Value, now_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO asynchronous_invocations (function, event, accepted_at_ms, due_at_ms) VALUES (?1, ?2, ?3, ?3)",
        )?
        .execute(params![function, event.to_string(), now_ms])?;
    Ok(())
}

/// Takes up to `limit` events that are due, and puts them off until `again_at_ms`: should the process die meanwhile,
/// they are due again after the restart ([`make_everything_due`]).
pub(crate) fn take_due(
    connection: &Connection,
    limit: u32,
    now_ms: i64,
    again_at_ms: i64,
) -> rusqlite::Result<Vec<Accepted>> {
    connection
        .prepare_cached(
            "UPDATE asynchronous_invocations SET due_at_ms = ?1, attempts = attempts + 1
             WHERE id IN (SELECT id FROM asynchronous_invocations WHERE due_at_ms <= ?2 ORDER BY id LIMIT ?3)
             RETURNING id, function, event, accepted_at_ms, attempts",
        )?
        .query_map(params![again_at_ms, now_ms, limit], |row| {
            Ok(Accepted {
                id: row.get(0)?,
                function: row.get(1)?,
                event: queue::text_of(row, 2)?,
                since_ms: row.get(3)?,
                attempts: row.get(4)?,
            })
        })?
        .collect()
}

pub(crate) fn make_everything_due(connection: &Connection, now_ms: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE asynchronous_invocations SET due_at_ms = ?1 WHERE due_at_ms > ?1")?
        .execute(params![now_ms])?;
    Ok(())
}

pub(crate) fn succeeded(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM asynchronous_invocations WHERE id = ?1")?
        .execute(params![id])?;
    Ok(())
}

/// Puts the event off, or sets it aside for good in the same transaction; then it returns the dead letter. The time in
/// which no process ran does not count for its age.
pub(crate) fn failed(
    connection: &Connection,
    spec: &AsyncInvokeSpec,
    accepted: &Accepted,
    failure: &InvokeFailure,
    now_ms: i64,
    downtime_ms: i64,
) -> rusqlite::Result<Option<DeadLetter>> {
    let age_ms = now_ms - accepted.since_ms - downtime_ms;
    let too_old = age_ms >= queue::milliseconds(spec.maximum_event_age_seconds);
    if accepted.attempts <= spec.maximum_retry_attempts && !too_old {
        let due_at_ms = now_ms + RETRY_DELAY_MS * i64::from(accepted.attempts);
        connection
            .prepare_cached("UPDATE asynchronous_invocations SET due_at_ms = ?1 WHERE id = ?2")?
            .execute(params![due_at_ms, accepted.id])?;
        return Ok(None);
    }
    let mut letter = None;
    if let Some(queue_name) = &spec.on_failure_queue {
        let condition = if too_old {
            "EventAgeExceeded"
        } else {
            "RetriesExhausted"
        };
        let record = destination_record(accepted, failure, condition, now_ms);
        let id = queue::send(connection, queue_name, &record, now_ms)?;
        failed_uploads::fail(connection, &record, now_ms)?;
        letter = Some(DeadLetter { id, body: record });
    }
    succeeded(connection, accepted.id)?;
    Ok(letter)
}

/// The record that Lambda sends to an on-failure destination:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
fn destination_record(accepted: &Accepted, failure: &InvokeFailure, condition: &str, now_ms: i64) -> String {
    let payload: Value = serde_json::from_str(&accepted.event).unwrap_or(Value::Null);
    json!({
        "version": "1.0",
        "timestamp": rfc3339(now_ms),
        "requestContext": {
            "requestId": format!("asynchronous-{}", accepted.id),
            "functionArn": format!("arn:aws:lambda:local:000000000000:function:{}:live", accepted.function),
            "condition": condition,
            "approximateInvokeCount": accepted.attempts,
        },
        "requestPayload": payload,
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
        "responsePayload": { "errorType": failure.error_type, "errorMessage": failure.message },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> AsyncInvokeSpec {
        AsyncInvokeSpec {
            maximum_retry_attempts: 2,
            maximum_event_age_seconds: 21_600,
            on_failure_queue: Some("Failed".to_owned()),
        }
    }

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection.execute_batch(queue::SCHEMA).unwrap();
        connection
    }

    fn failure() -> InvokeFailure {
        InvokeFailure {
            error_type: "TransientFailure".to_owned(),
            message: "try again".to_owned(),
        }
    }

    #[test]
    fn an_event_is_tried_once_and_retried_as_often_as_the_template_says() {
        let connection = connection();
        accept(&connection, "CsvIngester", &json!({ "id": "e-1" }), 0).unwrap();
        let mut now_ms = 0;
        for attempt in 1..=3 {
            let taken = take_due(&connection, 10, now_ms, now_ms + 900_000).unwrap();
            assert_eq!((taken.len(), taken[0].attempts), (1, attempt));
            assert!(
                take_due(&connection, 10, now_ms, now_ms + 900_000).unwrap().is_empty(),
                "taken twice"
            );
            failed(&connection, &spec(), &taken[0], &failure(), now_ms, 0).unwrap();
            now_ms += 60_000;
        }
        assert!(take_due(&connection, 10, now_ms, now_ms).unwrap().is_empty());
        assert_eq!(queue::depth(&connection, "Failed").unwrap(), 1);
        let body: String = connection
            .query_row("SELECT body FROM queue_messages", [], |row| row.get(0))
            .unwrap();
        let record: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(record["requestPayload"]["id"], "e-1");
        assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    }

    #[test]
    fn an_event_is_not_too_old_because_no_process_ran() {
        let day_ms = 24 * 60 * 60 * 1_000;
        for (downtime_ms, is_kept) in [(day_ms - 1_000, true), (0, false)] {
            let connection = connection();
            accept(&connection, "CsvIngester", &json!({}), 0).unwrap();
            let taken = take_due(&connection, 10, day_ms, day_ms).unwrap();
            failed(&connection, &spec(), &taken[0], &failure(), day_ms, downtime_ms).unwrap();
            let depth = queue::depth(&connection, "Failed").unwrap();
            assert_eq!(depth == 0, is_kept, "after {downtime_ms} ms without a process");
        }
    }

    #[test]
    fn an_event_that_was_running_when_the_process_died_is_due_again() {
        let connection = connection();
        accept(&connection, "CsvIngester", &json!({}), 0).unwrap();
        assert_eq!(take_due(&connection, 10, 0, 900_000).unwrap().len(), 1);
        make_everything_due(&connection, 5).unwrap();
        assert_eq!(take_due(&connection, 10, 5, 900_000).unwrap().len(), 1);
    }
}
