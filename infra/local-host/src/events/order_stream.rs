//! The order stream's consumers: changes in order and in batches, retried until they succeed or are set aside.
//!
//! As a Lambda event source mapping on a DynamoDB stream of one shard: records that no filter wants are passed over, a
//! reported failure makes the batch begin again at that record, a function error halves the batch
//! (`BisectBatchOnFunctionError`), and a record that failed too often or grew too old goes to the on-failure
//! destination so that its successors can go on.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::order_stream::{StreamBatch, StreamRecord, UndecodableRow};
use domain::ports::PortFailure;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::clock::now_ms;
use super::order_stream_shapes::{event_record, set_aside, set_aside_undecodable};
use super::plane::{EventPlane, dead_letter, story_of};
use super::queue;
use super::sources::StreamSource;
use crate::functions::Source;
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

/// How far a consumer is: everything up to `sequence` is done, the record after it failed `attempts` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    sequence: i64,
    attempts: u32,
    batch_limit: u32,
}

impl Position {
    /// Everything up to a record is done, and the next batch is a whole one.
    fn behind(sequence: i64, source: &StreamSource) -> Self {
        Self {
            sequence,
            attempts: 0,
            batch_limit: source.spec.batch_size,
        }
    }
}

pub(crate) async fn run(plane: Arc<EventPlane>, source: StreamSource) {
    let changes = plane.database.watch("order_stream");
    loop {
        let next_change = changes.notified();
        let next = step(&plane, &source).await.unwrap_or_else(|failure| {
            tracing::error!(error = ?failure, function = source.function, "order stream cannot be read");
            Next::After(Duration::from_millis(RETRY_DELAY_MAX_MS))
        });
        match next {
            Next::AtOnce => {}
            Next::WhenThereIsWork => plane.wait_for(next_change).await,
            Next::After(pause) => tokio::time::sleep(pause).await,
        }
    }
}

/// When the next batch is due.
enum Next {
    AtOnce,
    WhenThereIsWork,
    After(Duration),
}

/// One batch.
async fn step(plane: &EventPlane, source: &StreamSource) -> Result<Next, PortFailure> {
    let (position, batch) = load(plane, source).await?;
    let StreamBatch { records, undecodable } = batch;
    plane.record_changes(source, &records);
    let Some(last) = records.last() else {
        return match undecodable {
            Some(row) => pass_over(plane, source, &row).await,
            None => Ok(Next::WhenThereIsWork),
        };
    };
    let behind = Position::behind(last.sequence, source);
    let wanted: Vec<&StreamRecord> = records.iter().filter(|record| wants(source, record)).collect();
    if wanted.is_empty() {
        store(plane, source, behind, None).await?;
        return Ok(Next::AtOnce);
    }
    let event = json!({ "Records": wanted.iter().map(|record| event_record(source, record)).collect::<Vec<_>>() });
    let answer = plane.functions.invoke(&source.function, event, Source::Stream).await;
    let failed_at = match &answer {
        Ok(answer) if source.spec.reports_failures => first_failure(answer, &wanted),
        Ok(_) => None,
        Err(_) => Some(wanted[0].sequence),
    };
    let Some(failed_at) = failed_at else {
        store(plane, source, behind, None).await?;
        return Ok(Next::AtOnce);
    };
    let oldest_ms = plane
        .downtimes
        .running_since_ms(now_ms(), queue::milliseconds(source.spec.maximum_age_seconds));
    let after = after_failure(source, position, &wanted, failed_at, answer.is_err(), oldest_ms);
    let record = after.given_up.map(|given_up| GivenUp {
        record: set_aside(source, given_up, after.attempts, &answer),
        stories: given_up.iter().filter_map(|record| story_of(record)).collect(),
    });
    let gave_up = record.is_some();
    store(plane, source, after.position, record).await?;
    if gave_up {
        return Ok(Next::AtOnce);
    }
    let delay_ms = RETRY_DELAY_MS
        .saturating_mul(1 << after.attempts.min(16))
        .min(RETRY_DELAY_MAX_MS);
    Ok(Next::After(Duration::from_millis(delay_ms)))
}

/// Sets a row aside that no function can be given, so that its successors are not held up.
async fn pass_over(plane: &EventPlane, source: &StreamSource, row: &UndecodableRow) -> Result<Next, PortFailure> {
    tracing::error!(
        sequence = row.sequence,
        function = source.function,
        error = row.fault,
        "a change of an order cannot be decoded and is set aside as a dead letter"
    );
    let record = GivenUp {
        record: set_aside_undecodable(source, row),
        stories: Vec::new(),
    };
    store(plane, source, Position::behind(row.sequence, source), Some(record)).await?;
    Ok(Next::AtOnce)
}

/// What goes to the on-failure destination, with the stories of the changes that are given up.
struct GivenUp {
    record: String,
    stories: Vec<String>,
}

/// Where a consumer goes on after a failure.
struct AfterFailure<'a> {
    position: Position,
    attempts: u32,
    /// Records that are set aside so that their successors are delivered.
    given_up: Option<&'a [&'a StreamRecord]>,
}

fn after_failure<'a>(
    source: &StreamSource,
    position: Position,
    wanted: &'a [&'a StreamRecord],
    failed_at: i64,
    whole_batch: bool,
    oldest_ms: i64,
) -> AfterFailure<'a> {
    let index = wanted
        .iter()
        .position(|record| record.sequence == failed_at)
        .unwrap_or(0);
    // Progress was made before the failed record: its count starts anew.
    let attempts = if index == 0 { position.attempts + 1 } else { 1 };
    let again = |position| AfterFailure {
        position,
        attempts,
        given_up: None,
    };
    if whole_batch && source.spec.bisect && wanted.len() > 1 {
        let batch_limit = u32::try_from(wanted.len() / 2).unwrap_or(1).max(1);
        return again(Position {
            batch_limit,
            ..position
        });
    }
    let too_old = wanted[index].at_ms <= oldest_ms;
    if attempts <= source.spec.maximum_retry_attempts && !too_old {
        return again(Position {
            sequence: failed_at - 1,
            attempts,
            ..position
        });
    }
    // A batch that failed as a whole and cannot be halved is given up as a whole; a reported record alone.
    let given_up = if whole_batch { wanted } else { &wanted[index..=index] };
    let end = given_up.last().map_or(failed_at, |record| record.sequence);
    AfterFailure {
        position: Position::behind(end, source),
        attempts,
        given_up: Some(given_up),
    }
}

fn wants(source: &StreamSource, record: &StreamRecord) -> bool {
    let event = event_record(source, record);
    source.spec.filters.is_empty()
        || source
            .spec
            .filters
            .iter()
            .any(|filter| patterns::matches(filter, &event))
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

async fn load(plane: &EventPlane, source: &StreamSource) -> Result<(Position, StreamBatch), PortFailure> {
    let (consumer, beginning) = (source.function.clone(), Position::behind(0, source));
    plane
        .database
        .read("read order stream", move |connection| {
            let position = position_of(connection, &consumer)?.unwrap_or(beginning);
            let batch = adapter_embedded::order_stream::after(connection, position.sequence, position.batch_limit)?;
            Ok((position, batch))
        })
        .await
}

fn position_of(connection: &Connection, consumer: &str) -> rusqlite::Result<Option<Position>> {
    connection
        .prepare_cached("SELECT sequence, attempts, batch_limit FROM stream_positions WHERE consumer = ?1")?
        .query_row(params![consumer], |row| {
            Ok(Position {
                sequence: row.get(0)?,
                attempts: row.get(1)?,
                batch_limit: row.get(2)?,
            })
        })
        .optional()
}

/// Moves on, and in the same transaction sets aside what was given up.
async fn store(
    plane: &EventPlane,
    source: &StreamSource,
    position: Position,
    given_up: Option<GivenUp>,
) -> Result<(), PortFailure> {
    let consumer = source.function.clone();
    let destination = source.spec.on_failure_queue.clone();
    let log = Arc::clone(&plane.log);
    plane
        .database
        .call("move on in order stream", move |connection| {
            if let (Some(given_up), Some(queue_name)) = (given_up, destination) {
                let message = queue::send(connection, &queue_name, &given_up.record, now_ms())?;
                log.record(dead_letter(&queue_name, message, given_up.stories));
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
    use crate::template::StreamSourceSpec;

    fn source() -> StreamSource {
        StreamSource {
            function: "SagaStart".to_owned(),
            spec: StreamSourceSpec {
                table: "OrdersTable".to_owned(),
                batch_size: 10,
                filters: Vec::new(),
                bisect: true,
                maximum_retry_attempts: 2,
                maximum_age_seconds: 82_800,
                on_failure_queue: Some("Failed".to_owned()),
                reports_failures: true,
            },
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
        let next = after_failure(&source(), START, &wanted, 7, false, 0);
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
        let next = after_failure(&source(), START, &wanted, 5, true, 0);
        assert_eq!(
            next.position,
            Position {
                batch_limit: 2,
                ..START
            }
        );
        let next = after_failure(&source(), START, &wanted[..1], 5, true, 0);
        assert_eq!(next.position, Position { attempts: 1, ..START });
    }

    #[test]
    fn a_record_that_failed_too_often_is_given_up_alone() {
        let (five, six) = (record(5), record(6));
        let tried = Position { attempts: 2, ..START };
        let wanted = [&five, &six];
        let next = after_failure(&source(), tried, &wanted, 5, false, 0);
        assert_eq!(
            next.given_up.unwrap(),
            [&five],
            "its successor is not set aside with it"
        );
        assert_eq!(next.position, Position::behind(5, &source()));
    }
}
