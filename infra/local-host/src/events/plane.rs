//! The parts that all loops of the event sources share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use adapter_embedded::Database;
use adapter_embedded::order_stream::StreamRecord;
use domain::ports::PortFailure;
use serde_json::json;
use tokio::sync::futures::Notified;

use super::bus::Bus;
use super::failed_uploads::upload_ids;
use super::queue::{self, DeadLetter, Message};
use super::sources::StreamSource;
use crate::downtime::Downtimes;
use crate::event_log::cause::of_order_change;
use crate::event_log::record::{Record, Status};
use crate::event_log::{EventLog, nodes};
use crate::functions::Functions;
use crate::prices;
use crate::template::Deployment;

/// How long a loop sleeps when nothing wakes it: work that is due because time passed is found that late.
const IDLE_POLL: Duration = Duration::from_millis(250);

/// The event sources of the template, connected to the functions.
pub(crate) struct EventPlane {
    pub(crate) database: Database,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) functions: Arc<dyn Functions>,
    pub(crate) downtimes: Arc<Downtimes>,
    pub(crate) log: Arc<EventLog>,
    /// The last change of an order that the log has.
    pub(crate) recorded_to: AtomicI64,
}

impl EventPlane {
    /// Messages in each queue of the template, visible or in flight.
    pub(crate) async fn queue_depths(&self) -> Result<Vec<(String, u64)>, PortFailure> {
        let names: Vec<String> = self.deployment.queues.keys().cloned().collect();
        self.database
            .read("count messages", move |connection| {
                let counted = names.into_iter().map(|name| {
                    let depth = queue::depth(connection, &name)?;
                    Ok((name, depth))
                });
                counted.collect()
            })
            .await
    }

    /// Where the parts of the host publish events.
    pub(crate) fn bus(&self) -> Bus {
        Bus {
            deployment: Arc::clone(&self.deployment),
            log: Arc::clone(&self.log),
        }
    }

    /// Records that a function gets a message.
    pub(crate) fn record_received(&self, queue: &str, message: &Message) {
        let (queue, attempt) = (nodes::queue(queue), message.receive_count);
        let text = format!("A message is received from {queue}, attempt {attempt}");
        let record = Record::new("dequeued", text)
            .in_stories(self.stories_of(&message.body))
            .at(queue.clone());
        let record = record.with("queue", queue).with("message", message.id.clone());
        // One request receives it, another deletes it.
        self.log.record(
            record
                .with("attempt", attempt)
                .costing(2.0 * prices::QUEUE_REQUEST.micro_usd),
        );
    }

    /// Records changes of a table that a consumer of its stream reads for the first time.
    pub(crate) fn record_changes(&self, source: &StreamSource, records: &[StreamRecord]) {
        let Some(last) = records.last() else { return };
        let recorded_to = self.recorded_to.fetch_max(last.sequence, Ordering::Relaxed);
        let table = &source.spec.table;
        for record in records.iter().filter(|record| record.sequence > recorded_to) {
            let text_of = |name: &str| record.new_image.as_ref()?[name]["S"].as_str();
            let (key, status) = (text_of("order_id"), text_of("status"));
            let text = match (key, status) {
                (Some(key), Some(status)) => format!("Order {key} is {status}"),
                _ => format!("An item of {table} is changed"),
            };
            let story = story_of(record);
            let record = Record::new("stream_record", text)
                .in_story(story)
                .between(nodes::table(table), nodes::stream(table))
                .leaving(status.and_then(Status::of_order))
                .with("table", nodes::table(table))
                .with("change", record.event_name.clone())
                .with("key", key)
                .with("status", status);
            self.log.record(record);
        }
    }

    /// Records that a message was given up.
    pub(crate) fn record_dead_letter(&self, queue: &str, letter: &DeadLetter) {
        let stories = self.stories_of(&letter.body);
        self.log.record(dead_letter(queue, letter.id.clone(), stories));
    }

    fn stories_of(&self, body: &str) -> Vec<String> {
        let uploads = upload_ids(body).into_iter();
        uploads.filter_map(|id| self.log.story_of_upload(id.as_str())).collect()
    }

    /// Returns after a change, or after a while. Create `changed` ([`Database::watch`]) before looking for work: a
    /// change between looking and waiting is then not missed.
    pub(crate) async fn wait_for(&self, changed: Notified<'_>) {
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(IDLE_POLL) => {}
        }
    }
}

/// Records that a dead letter goes back to where it failed. `queue` is where it waited, if the caller knows.
pub(crate) fn record_redriven(log: &EventLog, queue: Option<&str>, message: &str) {
    let record = Record::new("redriven", "A dead letter goes back to where it failed").with("message", message);
    log.record(match queue.map(nodes::queue) {
        Some(queue) => record.at(queue.clone()).with("queue", queue),
        None => record,
    });
}

/// The record of a message that was given up and waits in this queue.
pub(crate) fn dead_letter(queue: &str, message: String, stories: Vec<String>) -> Record {
    let queue = nodes::queue(queue);
    Record::new(
        "dead_lettered",
        format!("A message failed too often and waits in {queue}"),
    )
    .in_stories(stories)
    .leaving(Some(Status::Failed))
    .at(queue.clone())
    .with("queue", queue)
    .with("message", message)
}

/// The story of a change of an order.
pub(crate) fn story_of(change: &StreamRecord) -> Option<String> {
    of_order_change(&json!({ "dynamodb": { "NewImage": change.new_image } }))
}
