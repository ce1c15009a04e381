//! The event bus: in the publisher's transaction, an event is stored for every function with a rule that matches it.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::asynchronous;
use super::clock::rfc3339;
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

pub(crate) fn publish(
    connection: &Connection,
    deployment: &Deployment,
    event: &Value,
    now_ms: i64,
) -> rusqlite::Result<()> {
    for function in deployment.functions.values() {
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
