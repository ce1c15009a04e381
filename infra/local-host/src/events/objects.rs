//! Sends the event of a new object to the queues and rules that the template connects to its bucket.
//!
//! Two shapes, as S3 sends them: notifications to queues carry form-encoded keys
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>), events on the bus raw
//! ones (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>).

use adapter_embedded::buckets::ObjectEvent;
use adapter_embedded::uploads;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::bus::{Bus, envelope};
use super::clock::rfc3339;
use super::failed_uploads::upload_of_key;
use super::queue;
use crate::event_log::record::Record;
use crate::event_log::{EventLog, nodes};
use crate::prices;
use crate::template::{BucketSpec, QueueNotification};

/// Characters that `application/x-www-form-urlencoded` keeps; S3 keeps slashes, too.
const FORM_ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'/')
    .remove(b' ');

/// Hands one object event to everybody concerned, in the transaction that takes it from the outbox.
pub(crate) fn dispatch(connection: &Connection, bus: &Bus, object: &ObjectEvent, now_ms: i64) -> rusqlite::Result<()> {
    let Some(bucket) = bus
        .deployment
        .buckets
        .values()
        .find(|bucket| bucket.name == object.bucket)
    else {
        return Ok(());
    };
    let (node, story) = (
        nodes::bucket(&bucket.logical_id),
        story(connection, &bus.log, &object.key)?,
    );
    bus.log.record(put(node.clone(), story.as_ref(), object));
    for notification in bucket
        .queue_notifications
        .iter()
        .filter(|notification| concerns(notification, &object.key))
    {
        let body = json!({ "Records": [notification_record(bucket, notification, object)] });
        let message = queue::send(connection, &notification.queue, &body.to_string(), now_ms)?;
        let queue = nodes::queue(&notification.queue);
        let record = Record::new(
            "enqueued",
            format!("A message about {} is put into {queue}", object.key),
        );
        let record = record.in_story(story.clone()).between(node.clone(), queue.clone());
        bus.log.record(
            record
                .with("queue", queue)
                .with("message", message)
                .costing(prices::QUEUE_REQUEST.micro_usd),
        );
    }
    if bucket.eventbridge {
        let resource = format!("arn:aws:s3:::{}", object.bucket);
        let event = envelope("aws.s3", "Object Created", &resource, &event_detail(object), now_ms);
        bus.publish(connection, node, &event, now_ms)?;
    }
    Ok(())
}

/// The story of the upload that an object belongs to. It is remembered for the invocations that the object causes.
fn story(connection: &Connection, log: &EventLog, key: &str) -> rusqlite::Result<Option<String>> {
    let Some(upload_id) = upload_of_key(key) else {
        return Ok(None);
    };
    let story = uploads::correlation_id(connection, &upload_id)?;
    log.remember_upload(upload_id.as_str(), story.as_str());
    Ok(Some(story.as_str().to_owned()))
}

fn put(bucket: String, story: Option<&String>, object: &ObjectEvent) -> Record {
    let text = format!("{} is put, {} bytes", object.key, object.size_bytes);
    let record = Record::new("object_put", text).in_story(story.cloned());
    // Only callers put the objects of uploads; functions put all others.
    let record = match story {
        Some(_) => record.between(nodes::BROWSER, bucket.clone()),
        None => record.at(bucket.clone()),
    };
    let record = record.with("bucket", bucket).with("key", object.key.clone());
    record
        .with("bytes", object.size_bytes)
        .costing(prices::OBJECT_PUT.micro_usd)
}

/// The test event that S3 sends to a queue once, when the notification is set up. It has no `Records`.
pub(crate) fn test_event(bucket: &BucketSpec, now_ms: i64) -> Value {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": rfc3339(now_ms),
        "Bucket": bucket.name,
        "RequestId": uuid::Uuid::new_v4().to_string(),
        "HostId": "local-host",
    })
}

fn concerns(notification: &QueueNotification, key: &str) -> bool {
    key.starts_with(notification.prefix.as_str()) && key.ends_with(notification.suffix.as_str())
}

fn form_encoded(key: &str) -> String {
    utf8_percent_encode(key, FORM_ENCODED).to_string().replace(' ', "+")
}

fn notification_record(bucket: &BucketSpec, notification: &QueueNotification, object: &ObjectEvent) -> Value {
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "local",
        "eventTime": rfc3339(object.at_ms),
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "AWS:local" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": object.sequencer, "x-amz-id-2": "local-host" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notification.queue,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": { "principalId": "local" },
                "arn": format!("arn:aws:s3:::{}", bucket.name),
            },
            "object": {
                "key": form_encoded(&object.key),
                "size": object.size_bytes,
                "eTag": object.etag,
                "versionId": object.version_id,
                "sequencer": object.sequencer,
            },
        },
    })
}

fn event_detail(object: &ObjectEvent) -> Value {
    json!({
        "version": "0",
        "bucket": { "name": object.bucket },
        "object": {
            "key": object.key,
            "size": object.size_bytes,
            "etag": object.etag,
            "version-id": object.version_id,
            "sequencer": object.sequencer,
        },
        "request-id": object.sequencer,
        "requester": "000000000000",
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_notifications_are_form_encoded() {
        assert_eq!(
            form_encoded("photos/Tee + Käse/50%2F"),
            "photos/Tee+%2B+K%C3%A4se/50%252F"
        );
        assert_eq!(form_encoded("photos/a-b_c.d*e~"), "photos/a-b_c.d*e%7E");
    }
}
