//! Finds the cause of an invocation: its trigger, the node that its event comes from, and the stories that it belongs
//! to.

use serde_json::Value;
use telemetry::context::is_correlation_id;

use super::{EventLog, nodes};
use crate::events::failed_uploads::{upload_ids, upload_of_key};
use crate::functions::Source;
use crate::workflows::machines::logical_id;

/// The cause of an invocation, as records show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub trigger: &'static str,
    pub from: String,
    pub stories: Vec<String>,
}

impl Cause {
    /// `request_id` is the story of a request that brings no correlation id of its own.
    pub(crate) fn of(log: &EventLog, source: Source, event: &Value, request_id: &str) -> Self {
        let (trigger, from) = match source {
            Source::HttpRead | Source::HttpWrite => {
                ("http", nodes::route(text(event, "/routeKey").unwrap_or_default()))
            }
            Source::Queue => ("queue", nodes::queue(last_segment(event, ':'))),
            Source::Stream => ("stream", nodes::stream(table_of(event))),
            Source::Event if text(event, "/source") == Some("aws.events") => ("clock", nodes::CLOCK.to_owned()),
            Source::Event => ("bus", nodes::BUS.to_owned()),
            Source::Workflow(workflow) => ("workflow", nodes::state_machine(logical_id(workflow))),
        };
        let stories = match source {
            Source::HttpRead | Source::HttpWrite => {
                let given = text(event, "/headers/x-correlation-id").filter(|id| is_correlation_id(id));
                vec![given.unwrap_or(request_id).to_owned()]
            }
            Source::Queue | Source::Stream | Source::Event | Source::Workflow(_) => stories(log, event),
        };
        Self { trigger, from, stories }
    }
}

/// The stories of an event that is not a request, each once.
pub fn stories(log: &EventLog, event: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |story: Option<String>| found.extend(story.filter(|story| is_correlation_id(story)));
    add(text(event, "/correlation_id").map(str::to_owned));
    let records = event.get("Records").and_then(Value::as_array);
    for record in records.into_iter().flatten() {
        add(of_order_change(record));
        for upload_id in text(record, "/body").map(upload_ids).unwrap_or_default() {
            add(log.story_of_upload(upload_id.as_str()));
        }
    }
    let upload_id = text(event, "/detail/object/key").and_then(upload_of_key);
    add(upload_id.and_then(|id| log.story_of_upload(id.as_str())));
    add(of_execution(event));
    let mut distinct = Vec::with_capacity(found.len());
    for story in found {
        if !distinct.contains(&story) {
            distinct.push(story);
        }
    }
    distinct
}

/// A cancelled order belongs to the request that cancelled it.
pub fn of_order_change(record: &Value) -> Option<String> {
    let image = record.pointer("/dynamodb/NewImage")?;
    ["/cancel_correlation_id/S", "/correlation_id/S"]
        .iter()
        .find_map(|place| text(image, place).map(str::to_owned))
}

/// The input of the execution whose status changed.
fn of_execution(event: &Value) -> Option<String> {
    let input: Value = serde_json::from_str(text(event, "/detail/input")?).ok()?;
    text(&input, "/correlation_id").map(str::to_owned)
}

fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place)?.as_str()
}

fn last_segment(event: &Value, separator: char) -> &str {
    let arn = text(event, "/Records/0/eventSourceARN").unwrap_or_default();
    arn.rsplit(separator).next().unwrap_or(arn)
}

/// The table in `arn:aws:dynamodb:…:table/OrdersTable/stream/local`.
fn table_of(event: &Value) -> &str {
    let arn = text(event, "/Records/0/eventSourceARN").unwrap_or_default();
    arn.split('/').nth(1).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use adapter_embedded::executions::Workflow;
    use serde_json::json;

    use super::*;

    fn cause(source: Source, event: &Value) -> Cause {
        let log = EventLog::default();
        log.remember_upload("u-1", "upload-story");
        Cause::of(&log, source, event, "request-1")
    }

    #[test]
    fn every_kind_of_event_names_its_story() {
        let change = |image: Value| json!({ "dynamodb": { "NewImage": image }, "eventSourceARN": "a:b:table/OrdersTable/stream/local" });
        let placed = change(json!({ "correlation_id": { "S": "c-1" } }));
        let cancelled = change(json!({ "correlation_id": { "S": "c-1" }, "cancel_correlation_id": { "S": "c-2" } }));
        let message = json!({ "Records": [{ "s3": { "object": { "key": "photos/MUG+01/u-1" } } }] }).to_string();
        let queue = json!({ "Records": [{ "body": message, "eventSourceARN": "arn:aws:sqs:local:0:ThumbnailQueue" }] });
        let ended = json!({ "source": "aws.states", "detail": { "input": "{\"correlation_id\":\"c-3\"}" } });
        let catalog = json!({ "source": "aws.s3", "detail": { "object": { "key": "catalogs/u-1.csv" } } });
        let cases = [
            (
                Source::Workflow(Workflow::OrderSaga),
                json!({ "correlation_id": "c-0" }),
                "workflow",
                "state-machine:OrderSaga",
                vec!["c-0"],
            ),
            (
                Source::Stream,
                json!({ "Records": [placed, placed, cancelled] }),
                "stream",
                "stream:orders",
                vec!["c-1", "c-2"],
            ),
            (Source::Queue, queue, "queue", "queue:thumbnail", vec!["upload-story"]),
            (Source::Event, ended, "bus", "bus", vec!["c-3"]),
            (Source::Event, catalog, "bus", "bus", vec!["upload-story"]),
            (
                Source::Event,
                json!({ "source": "aws.events" }),
                "clock",
                "clock",
                vec![],
            ),
            (
                Source::HttpRead,
                json!({ "routeKey": "GET /x", "headers": {} }),
                "http",
                "route:GET /x",
                vec!["request-1"],
            ),
            (
                Source::HttpWrite,
                json!({ "routeKey": "GET /x", "headers": { "x-correlation-id": "mine" } }),
                "http",
                "route:GET /x",
                vec!["mine"],
            ),
            (
                Source::HttpWrite,
                json!({ "routeKey": "GET /x", "headers": { "x-correlation-id": "a b" } }),
                "http",
                "route:GET /x",
                vec!["request-1"],
            ),
        ];
        for (source, event, trigger, from, stories) in cases {
            let found = cause(source, &event);
            assert_eq!((found.trigger, found.from.as_str()), (trigger, from), "{event}");
            assert_eq!(found.stories, stories, "{event}");
        }
    }
}
