//! The event bus: in the publisher's transaction, an event is stored for every function with a rule that matches it.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::asynchronous;
use super::clock::rfc3339;
use crate::event_log::record::Record;
use crate::event_log::{EventLog, cause, nodes};
use crate::patterns;
use crate::template::{Deployment, EventSource};

/// The envelope of an event on the default bus:
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>.
pub(crate) fn envelope(source: &str, detail_type: &str, resource: &str, detail: &Value, now_ms: i64) -> Value {
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": detail_type,
        "source": source,
        "account": "000000000000",
        "time": rfc3339(now_ms),
        "region": "local",
        "resources": [resource],
        "detail": detail,
    })
}

/// The rules of the template, and the log that shows what is published.
#[derive(Clone)]
pub(crate) struct Bus {
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) log: Arc<EventLog>,
}

impl Bus {
    /// `from` is the publisher's node in the map.
    pub(crate) fn publish(
        &self,
        connection: &Connection,
        from: String,
        event: &Value,
        now_ms: i64,
    ) -> rusqlite::Result<()> {
        let (detail_type, source) = (&event["detail-type"], &event["source"]);
        let status = event["detail"]["status"].as_str().map(|status| format!(", {status}"));
        let text = format!(
            "An event is published: {}{}",
            detail_type.as_str().unwrap_or_default(),
            status.unwrap_or_default()
        );
        let record = Record::new("bus_event", text)
            .in_stories(cause::stories(&self.log, event))
            .between(from, nodes::BUS)
            .with("detail_type", detail_type.clone())
            .with("source", source.clone());
        self.log.record(record);
        for function in self.deployment.functions.values() {
            for source in &function.sources {
                let EventSource::EventBridge { pattern, .. } = source else {
                    continue;
                };
                if patterns::matches(pattern, event) {
                    asynchronous::accept(connection, &function.logical_id, event, now_ms)?;
                }
            }
        }
        Ok(())
    }
}
