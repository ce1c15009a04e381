//! One loop per event source: takes events that are due, invokes their function, and records the outcome.

use std::sync::Arc;

use adapter_embedded::buckets;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::asynchronous::{self, Accepted};
use super::clock::now_ms;
use super::objects;
use super::plane::EventPlane;
use super::queue::{self, Message};
use super::sources::QueueSource;
use crate::functions::{InvokeFailure, Source};
use crate::template::{AsyncInvokeSpec, Deployment, QueueSpec};

/// Batches of one queue that are worked on at the same time where the template sets no `MaximumConcurrency`.
const QUEUE_CONCURRENCY_DEFAULT: u32 = 10;
/// Asynchronous invocations at the same time.
const ASYNCHRONOUS_CONCURRENCY: usize = 10;
/// Object events per transaction.
const OBJECT_EVENTS_BATCH: u32 = 100;
/// The longest that an event may wait for its turn (a minute) and then run (Lambda's own limit). After this time no
/// function works on it any more.
const LONGEST_INVOCATION_MS: i64 = 60_000 + 900_000;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS announced_notifications (bucket TEXT, queue TEXT, PRIMARY KEY (bucket, queue)) STRICT;
";

/// S3 greets a newly connected queue with a test event; so do we, once.
pub(crate) fn announce_notifications(
    connection: &Connection,
    deployment: &Deployment,
    now_ms: i64,
) -> rusqlite::Result<()> {
    for bucket in deployment.buckets.values() {
        for notification in &bucket.queue_notifications {
            let new = connection
                .prepare_cached("INSERT OR IGNORE INTO announced_notifications (bucket, queue) VALUES (?1, ?2)")?
                .execute(params![bucket.name, notification.queue])?;
            if new == 1 {
                queue::send(
                    connection,
                    &notification.queue,
                    &objects::test_event(bucket, now_ms).to_string(),
                    now_ms,
                )?;
            }
        }
    }
    Ok(())
}

/// Moves object events from the buckets' outbox to queues and bus.
pub(crate) async fn objects(plane: Arc<EventPlane>) {
    let changes = plane.database.watch("object_events");
    loop {
        let next_change = changes.notified();
        let bus = plane.bus();
        let moved = plane
            .database
            .call("dispatch object events", move |connection| {
                let events = buckets::object_events(connection, OBJECT_EVENTS_BATCH)?;
                for event in &events {
                    objects::dispatch(connection, &bus, event, now_ms())?;
                    buckets::forget_object_event(connection, event.id)?;
                }
                Ok(events.len())
            })
            .await;
        match moved {
            Ok(0) => plane.wait_for(next_change).await,
            Ok(_) => {}
            Err(failure) => {
                tracing::error!(error = ?failure, "object events cannot be dispatched");
                plane.wait_for(next_change).await;
            }
        }
    }
}

/// Invokes what was accepted asynchronously.
pub(crate) async fn asynchronous_invocations(plane: Arc<EventPlane>) {
    let concurrency = Arc::new(Semaphore::new(ASYNCHRONOUS_CONCURRENCY));
    let changes = plane.database.watch("asynchronous_invocations");
    loop {
        let Ok(permit) = Arc::clone(&concurrency).acquire_owned().await else {
            return;
        };
        let next_change = changes.notified();
        let taken = plane
            .database
            .call("take asynchronous invocation", |connection| {
                asynchronous::take_due(connection, 1, now_ms(), now_ms() + LONGEST_INVOCATION_MS)
            })
            .await;
        let accepted = match taken {
            Ok(mut taken) => taken.pop(),
            Err(failure) => {
                tracing::error!(error = ?failure, "asynchronous invocations cannot be read");
                None
            }
        };
        let Some(accepted) = accepted else {
            drop(permit);
            plane.wait_for(next_change).await;
            continue;
        };
        let plane = Arc::clone(&plane);
        tokio::spawn(async move {
            invoke_asynchronously(&plane, accepted).await;
            drop(permit);
        });
    }
}

async fn invoke_asynchronously(plane: &EventPlane, accepted: Accepted) {
    let outcome = match serde_json::from_str(&accepted.event) {
        Ok(event) => plane.functions.invoke(&accepted.function, event, Source::Event).await,
        Err(_) => Err(InvokeFailure {
            error_type: "EventUnreadable".to_owned(),
            message: "the stored event is not JSON".to_owned(),
        }),
    };
    let spec = plane.deployment.functions.get(&accepted.function).map_or_else(
        || AsyncInvokeSpec {
            maximum_retry_attempts: 0,
            maximum_event_age_seconds: 0,
            on_failure_queue: None,
        },
        |function| function.async_invoke.clone(),
    );
    let downtime_ms = plane.downtimes.since_ms(accepted.since_ms);
    let destination = spec.on_failure_queue.clone().unwrap_or_default();
    let settled = plane
        .database
        .call("settle asynchronous invocation", move |connection| match &outcome {
            Ok(_) => asynchronous::succeeded(connection, accepted.id).map(|()| None),
            Err(failure) => asynchronous::failed(connection, &spec, &accepted, failure, now_ms(), downtime_ms),
        })
        .await;
    match settled {
        Ok(letter) => letter
            .iter()
            .for_each(|letter| plane.record_dead_letter(&destination, letter)),
        Err(failure) => {
            tracing::error!(error = ?failure, "asynchronous invocation was not settled and will be repeated");
        }
    }
}

/// Feeds a function from its queue.
pub(crate) async fn queue(plane: Arc<EventPlane>, source: QueueSource) {
    let Some(spec) = plane.deployment.queues.get(&source.spec.queue).cloned() else {
        return;
    };
    let at_once = source.spec.maximum_concurrency.unwrap_or(QUEUE_CONCURRENCY_DEFAULT);
    let concurrency = Arc::new(Semaphore::new(at_once.max(1) as usize));
    let changes = plane.database.watch("queue_messages");
    loop {
        let Ok(permit) = Arc::clone(&concurrency).acquire_owned().await else {
            return;
        };
        let next_change = changes.notified();
        let messages = receive(&plane, &spec, source.spec.batch_size).await;
        if messages.is_empty() {
            drop(permit);
            plane.wait_for(next_change).await;
            continue;
        }
        let (plane, source) = (Arc::clone(&plane), source.clone());
        tokio::spawn(async move {
            invoke_with_messages(&plane, &source, messages).await;
            drop(permit);
        });
    }
}

async fn receive(plane: &EventPlane, spec: &QueueSpec, limit: u32) -> Vec<Message> {
    let spec = spec.clone();
    let redrive = spec.redrive.as_ref();
    let dead_letter_queue = redrive.map_or_else(String::new, |redrive| redrive.dead_letter_queue.clone());
    let kept_since_ms = plane
        .downtimes
        .running_since_ms(now_ms(), queue::milliseconds(spec.retention_seconds));
    let received = plane
        .database
        .call("receive messages", move |connection| {
            queue::receive(connection, &spec, limit, now_ms(), kept_since_ms)
        })
        .await;
    match received {
        Ok(received) => {
            for letter in &received.dead_letters {
                plane.record_dead_letter(&dead_letter_queue, letter);
            }
            received.messages
        }
        Err(failure) => {
            tracing::error!(error = ?failure, "messages cannot be received");
            Vec::new()
        }
    }
}

async fn invoke_with_messages(plane: &EventPlane, source: &QueueSource, messages: Vec<Message>) {
    for message in &messages {
        plane.record_received(&source.spec.queue, message);
    }
    let records: Vec<Value> = messages.iter().map(|message| message_record(source, message)).collect();
    let answer = plane
        .functions
        .invoke(&source.function, json!({ "Records": records }), Source::Queue)
        .await;
    let failed = failed_messages(source, &messages, &answer);
    let settled = plane
        .database
        .call("settle messages", move |connection| {
            for message in &messages {
                if failed.contains(&message.id) {
                    queue::retry_later(connection, message, now_ms())?;
                } else {
                    queue::delete(connection, message.row_id)?;
                }
            }
            Ok(())
        })
        .await;
    if let Err(failure) = settled {
        tracing::error!(error = ?failure, "messages were not settled and will be delivered again");
    }
}

/// Which messages stay in the queue. An identifier that is missing or not of this batch fails the whole batch, as on
/// AWS (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
fn failed_messages(source: &QueueSource, messages: &[Message], answer: &Result<Value, InvokeFailure>) -> Vec<String> {
    let all = || messages.iter().map(|message| message.id.clone()).collect();
    let Ok(answer) = answer else { return all() };
    if !source.spec.reports_failures {
        return Vec::new();
    }
    let Some(failures) = answer.get("batchItemFailures").and_then(Value::as_array) else {
        return Vec::new();
    };
    let named: Option<Vec<String>> = failures
        .iter()
        .map(|failure| {
            let identifier = failure.get("itemIdentifier")?.as_str()?;
            messages
                .iter()
                .any(|message| message.id == identifier)
                .then(|| identifier.to_owned())
        })
        .collect();
    named.unwrap_or_else(all)
}

fn message_record(source: &QueueSource, message: &Message) -> Value {
    json!({
        "messageId": message.id,
        "receiptHandle": format!("{}-{}", message.id, message.receive_count),
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": message.receive_count.to_string(),
            "SentTimestamp": message.sent_at_ms.to_string(),
            "SenderId": "local",
            "ApproximateFirstReceiveTimestamp": message.first_received_at_ms.to_string(),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:local:000000000000:{}", source.spec.queue),
        "awsRegion": "local",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::QueueSourceSpec;

    fn source() -> QueueSource {
        QueueSource {
            function: "Thumbnailer".to_owned(),
            spec: QueueSourceSpec {
                queue: "ThumbnailQueue".to_owned(),
                batch_size: 5,
                maximum_concurrency: Some(2),
                reports_failures: true,
            },
        }
    }

    fn message(id: &str) -> Message {
        Message {
            row_id: 1,
            id: id.to_owned(),
            body: String::new(),
            sent_at_ms: 0,
            first_received_at_ms: 0,
            receive_count: 1,
        }
    }

    #[test]
    fn only_reported_messages_stay_in_the_queue() {
        let messages = [message("a"), message("b")];
        let answer = Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "b" }] }));
        assert_eq!(failed_messages(&source(), &messages, &answer), ["b"]);
        for whole_success in [json!({ "batchItemFailures": [] }), json!({}), Value::Null] {
            assert!(failed_messages(&source(), &messages, &Ok(whole_success)).is_empty());
        }
    }

    #[test]
    fn a_wrong_identifier_or_a_function_error_keeps_the_whole_batch() {
        let messages = [message("a"), message("b")];
        for identifier in [json!("z"), json!(""), Value::Null] {
            let answer = Ok(json!({ "batchItemFailures": [{ "itemIdentifier": identifier }] }));
            assert_eq!(failed_messages(&source(), &messages, &answer), ["a", "b"]);
        }
        let error = InvokeFailure {
            error_type: "Sandbox.Timedout".to_owned(),
            message: String::new(),
        };
        assert_eq!(failed_messages(&source(), &messages, &Err(error)), ["a", "b"]);
    }
}
