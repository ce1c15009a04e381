//! How do order changes reach their consumers? In order, in batches, retried until they succeed or are set aside.
//!
//! As a Lambda event source mapping on a DynamoDB stream of one shard: records that no filter wants are passed over, a
//! reported failure makes the batch begin again at that record, a function error halves the batch
//! (`BisectBatchOnFunctionError`), and a record that failed too often or grew too old goes to the on-failure destination
//! so that its successors can go on.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::order_stream::StreamRecord;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::clock::now_ms;
use super::order_stream_shapes::{event_record, set_aside};
use super::{EventPlane, queue};
use crate::patterns;

const RETRY_DELAY_MS: u64 = 200;
const RETRY_DELAY_MAX_MS: u64 = 10_000;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS stream_positions (
        consumer TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        batch_limit INTEGER NOT NULL
    ) STRICT;
";

/// The stream settings of one function, as the template states them.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) function: String,
    pub(crate) table: String,
    pub(crate) batch_size: u32,
    pub(crate) filters: Vec<Value>,
    pub(crate) bisect: bool,
    pub(crate) maximum_retry_attempts: u32,
    pub(crate) maximum_age_seconds: u64,
    pub(crate) on_failure_queue: Option<String>,
    pub(crate) reports_failures: bool,
}

/// How far a consumer is: everything up to `sequence` is done, the record after it failed `attempts` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    sequence: i64,
    attempts: u32,
    batch_limit: u32,
}

pub(crate) async fn run(plane: Arc<EventPlane>, source: Source) {
    loop {
        let pause = match step(&plane, &source).await {
            Ok(pause) => pause,
            Err(failure) => {
                tracing::error!(error = ?failure, function = source.function, "order stream cannot be read");
                Some(Duration::from_millis(RETRY_DELAY_MAX_MS))
            }
        };
        match pause {
            None => {}
            Some(Duration::ZERO) => plane.wait_for_work().await,
            Some(pause) => tokio::time::sleep(pause).await,
        }
    }
}

/// One batch. Answers how long to pause: nothing, until there is work (zero), or a retry's delay.
async fn step(plane: &EventPlane, source: &Source) -> Result<Option<Duration>, domain::ports::PortFailure> {
    let (position, records) = load(plane, source).await?;
    let Some(last) = records.last() else {
        return Ok(Some(Duration::ZERO));
    };
    let end = last.sequence;
    let wanted: Vec<&StreamRecord> = records.iter().filter(|record| wants(source, record)).collect();
    if wanted.is_empty() {
        store(
            plane,
            source,
            Position {
                sequence: end,
                attempts: 0,
                batch_limit: source.batch_size,
            },
            None,
        )
        .await?;
        return Ok(None);
    }
    let event = json!({ "Records": wanted.iter().map(|record| event_record(source, record)).collect::<Vec<_>>() });
    let answer = plane.functions.invoke(&source.function, event, "stream").await;
    plane.wake.notify_waiters();
    let failed_at = match &answer {
        Ok(answer) if source.reports_failures => first_failure(answer, &wanted),
        Ok(_) => None,
        Err(_) => Some(wanted[0].sequence),
    };
    let Some(failed_at) = failed_at else {
        store(
            plane,
            source,
            Position {
                sequence: end,
                attempts: 0,
                batch_limit: source.batch_size,
            },
            None,
        )
        .await?;
        return Ok(None);
    };
    let next = after_failure(source, position, &wanted, failed_at, answer.is_err());
    let given_up = next
        .given_up
        .then(|| set_aside(source, &wanted, next.attempts, &answer));
    store(plane, source, next.position, given_up).await?;
    if next.given_up {
        return Ok(None);
    }
    let delay_ms = RETRY_DELAY_MS
        .saturating_mul(1 << next.attempts.min(16))
        .min(RETRY_DELAY_MAX_MS);
    Ok(Some(Duration::from_millis(delay_ms)))
}

struct AfterFailure {
    position: Position,
    attempts: u32,
    given_up: bool,
}

fn after_failure(
    source: &Source,
    position: Position,
    wanted: &[&StreamRecord],
    failed_at: i64,
    whole_batch: bool,
) -> AfterFailure {
    let first = wanted[0].sequence;
    // Progress was made before the failed record: its count starts anew.
    let attempts = if failed_at == first { position.attempts + 1 } else { 1 };
    if whole_batch && source.bisect && wanted.len() > 1 {
        let half = u32::try_from(wanted.len() / 2).unwrap_or(1);
        let position = Position {
            sequence: position.sequence,
            attempts: position.attempts,
            batch_limit: half.max(1),
        };
        return AfterFailure {
            position,
            attempts,
            given_up: false,
        };
    }
    let age_limit_ms = i64::try_from(source.maximum_age_seconds.saturating_mul(1_000)).unwrap_or(i64::MAX);
    let too_old = wanted
        .iter()
        .any(|record| record.sequence == failed_at && now_ms().saturating_sub(record.at_ms) >= age_limit_ms);
    if attempts > source.maximum_retry_attempts || too_old {
        // A whole batch that cannot be halved is given up as a whole; a reported record alone.
        let end = if whole_batch {
            wanted.last().map_or(failed_at, |record| record.sequence)
        } else {
            failed_at
        };
        let position = Position {
            sequence: end,
            attempts: 0,
            batch_limit: source.batch_size,
        };
        return AfterFailure {
            position,
            attempts,
            given_up: true,
        };
    }
    let position = Position {
        sequence: failed_at - 1,
        attempts,
        batch_limit: position.batch_limit,
    };
    AfterFailure {
        position,
        attempts,
        given_up: false,
    }
}

fn wants(source: &Source, record: &StreamRecord) -> bool {
    let event = event_record(source, record);
    source.filters.is_empty() || source.filters.iter().any(|filter| patterns::matches(filter, &event))
}

/// The least sequence among `batchItemFailures`. What is not a sequence of this batch fails the batch from its start.
fn first_failure(answer: &Value, wanted: &[&StreamRecord]) -> Option<i64> {
    let failures = answer.get("batchItemFailures")?.as_array()?;
    let named = failures.iter().map(|failure| {
        let sequence = failure
            .get("itemIdentifier")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        sequence
            .filter(|sequence| wanted.iter().any(|record| record.sequence == *sequence))
            .unwrap_or(wanted[0].sequence)
    });
    named.min()
}

async fn load(
    plane: &EventPlane,
    source: &Source,
) -> Result<(Position, Vec<StreamRecord>), domain::ports::PortFailure> {
    let consumer = source.function.clone();
    let batch_size = source.batch_size;
    plane
        .database
        .call("read order stream", move |connection| {
            let position = position_of(connection, &consumer, batch_size)?;
            let records = adapter_embedded::order_stream::after(connection, position.sequence, position.batch_limit)?;
            Ok((position, records))
        })
        .await
}

fn position_of(connection: &Connection, consumer: &str, batch_size: u32) -> rusqlite::Result<Position> {
    let stored = connection
        .prepare_cached("SELECT sequence, attempts, batch_limit FROM stream_positions WHERE consumer = ?1")?
        .query_row(params![consumer], |row| {
            Ok(Position {
                sequence: row.get(0)?,
                attempts: row.get(1)?,
                batch_limit: row.get(2)?,
            })
        })
        .optional()?;
    Ok(stored.unwrap_or(Position {
        sequence: 0,
        attempts: 0,
        batch_limit: batch_size,
    }))
}

/// Moves on, and in the same transaction sets aside what was given up.
async fn store(
    plane: &EventPlane,
    source: &Source,
    position: Position,
    given_up: Option<String>,
) -> Result<(), domain::ports::PortFailure> {
    let consumer = source.function.clone();
    let destination = source.on_failure_queue.clone();
    plane
        .database
        .call("move on in order stream", move |connection| {
            if let (Some(record), Some(queue_name)) = (given_up, destination) {
                queue::send(connection, &queue_name, &record, now_ms())?;
            }
            connection
                .prepare_cached(
                    "INSERT INTO stream_positions (consumer, sequence, attempts, batch_limit) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (consumer) DO UPDATE
                     SET sequence = excluded.sequence, attempts = excluded.attempts, batch_limit = excluded.batch_limit",
                )?
                .execute(params![consumer, position.sequence, position.attempts, position.batch_limit])?;
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source {
            function: "SagaStart".to_owned(),
            table: "OrdersTable".to_owned(),
            batch_size: 10,
            filters: Vec::new(),
            bisect: true,
            maximum_retry_attempts: 2,
            maximum_age_seconds: 82_800,
            on_failure_queue: Some("Failed".to_owned()),
            reports_failures: true,
        }
    }

    fn record(sequence: i64) -> StreamRecord {
        StreamRecord {
            sequence,
            event_name: "INSERT".to_owned(),
            keys: json!({}),
            new_image: None,
            old_image: None,
            at_ms: now_ms(),
        }
    }

    const START: Position = Position {
        sequence: 4,
        attempts: 0,
        batch_limit: 10,
    };

    #[test]
    fn a_reported_failure_begins_again_at_its_record() {
        let (five, seven) = (record(5), record(7));
        let wanted = [&five, &seven];
        let answer = json!({ "batchItemFailures": [{ "itemIdentifier": "7" }] });
        assert_eq!(first_failure(&answer, &wanted), Some(7));
        let next = after_failure(&source(), START, &wanted, 7, false);
        assert_eq!(
            next.position,
            Position {
                sequence: 6,
                attempts: 1,
                batch_limit: 10
            }
        );
    }

    #[test]
    fn an_empty_list_is_success_and_an_unknown_identifier_fails_the_batch() {
        let five = record(5);
        assert_eq!(first_failure(&json!({ "batchItemFailures": [] }), &[&five]), None);
        assert_eq!(first_failure(&json!({}), &[&five]), None);
        for identifier in [json!("99"), json!(""), Value::Null] {
            let answer = json!({ "batchItemFailures": [{ "itemIdentifier": identifier }] });
            assert_eq!(first_failure(&answer, &[&five]), Some(5));
        }
    }

    #[test]
    fn a_function_error_halves_the_batch_until_one_record_is_left() {
        let records: Vec<StreamRecord> = (5..9).map(record).collect();
        let wanted: Vec<&StreamRecord> = records.iter().collect();
        let next = after_failure(&source(), START, &wanted, 5, true);
        assert_eq!(
            next.position,
            Position {
                batch_limit: 2,
                ..START
            }
        );
        let next = after_failure(&source(), START, &wanted[..1], 5, true);
        assert_eq!(next.position, Position { attempts: 1, ..START });
    }

    #[test]
    fn a_record_that_failed_too_often_is_given_up_alone() {
        let (five, six) = (record(5), record(6));
        let tried = Position { attempts: 2, ..START };
        let next = after_failure(&source(), tried, &[&five, &six], 5, false);
        assert!(next.given_up);
        assert_eq!(
            next.position,
            Position {
                sequence: 5,
                attempts: 0,
                batch_limit: 10
            }
        );
    }
}
