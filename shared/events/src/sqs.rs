//! Reads the messages of an SQS event.

use serde::Deserialize;
use serde_json::Value;

use crate::batch::{AfterFailure, Batch, BatchItem, BatchMalformed, Undecodable};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqsMessage {
    /// The body, as sent.
    pub body: String,
    /// How often SQS delivered the message, including this time. Approximate; 1 if the event does not have it.
    pub receive_count: u32,
}

#[derive(Deserialize)]
struct RawMessage {
    body: String,
    #[serde(default)]
    attributes: RawAttributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawAttributes {
    approximate_receive_count: Option<String>,
}

/// The messages of an SQS event. A message without a body is undecodable. A message without an id makes the whole batch
/// malformed: Lambda retries all of it after an answer with an unknown or empty id, too.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
pub fn messages(event: &Value) -> Result<Batch<SqsMessage>, BatchMalformed> {
    let records = event.get("Records").and_then(Value::as_array);
    let records = records.ok_or(BatchMalformed("the event has no list of records"))?;
    let items: Result<Vec<_>, BatchMalformed> = records.iter().map(item).collect();
    Ok(Batch {
        items: items?,
        after_failure: AfterFailure::Continue,
    })
}

fn item(record: &Value) -> Result<BatchItem<SqsMessage>, BatchMalformed> {
    let id = record
        .get("messageId")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty());
    let trace_header = record.pointer("/attributes/AWSTraceHeader").and_then(Value::as_str);
    Ok(BatchItem {
        id: id.ok_or(BatchMalformed("a message has no id"))?.to_owned(),
        record: message(record),
        trace_header: trace_header.map(str::to_owned),
    })
}

fn message(record: &Value) -> Result<SqsMessage, Undecodable> {
    let raw = RawMessage::deserialize(record).map_err(|_| Undecodable::new("sqs message without a text body"))?;
    let receive_count = raw.attributes.approximate_receive_count;
    Ok(SqsMessage {
        body: raw.body,
        receive_count: receive_count.and_then(|count| count.parse().ok()).unwrap_or(1),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_read_with_its_delivery_count() {
        let event = json!({"Records": [{
            "messageId": "059f36b4", "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", "body": "hello",
            "attributes": {"ApproximateReceiveCount": "3", "SentTimestamp": "1545082649183"},
            "messageAttributes": {}, "md5OfBody": "e4e68fb7", "eventSource": "aws:sqs", "awsRegion": "eu-central-1",
        }]});
        let batch = messages(&event).unwrap();
        assert_eq!(batch.after_failure, AfterFailure::Continue);
        assert_eq!(batch.items[0].id, "059f36b4");
        let message = batch.items[0].record.clone().unwrap();
        assert_eq!((message.body.as_str(), message.receive_count), ("hello", 3));
    }

    #[test]
    fn a_message_without_a_body_does_not_fail_its_neighbours() {
        let event = json!({"Records": [
            {"messageId": "1"}, {"messageId": "2", "body": 7}, {"messageId": "3", "body": null},
            {"messageId": "4", "body": "", "attributes": {"ApproximateReceiveCount": "many"}},
        ]});
        let batch = messages(&event).unwrap();
        let readable: Vec<bool> = batch.items.iter().map(|item| item.record.is_ok()).collect();
        assert_eq!(readable, [false, false, false, true]);
    }

    #[test]
    fn without_ids_the_batch_is_malformed() {
        for record in [
            json!({"body": "a"}),
            json!({"messageId": "", "body": "a"}),
            json!(null),
            json!({"messageId": 7}),
        ] {
            let event = json!({"Records": [{"messageId": "1", "body": "a"}, record]});
            assert!(messages(&event).is_err());
        }
        for event in [json!({}), json!(null), json!({"Records": {}}), json!([])] {
            assert!(messages(&event).is_err());
        }
        assert!(messages(&json!({"Records": []})).unwrap().items.is_empty());
    }
}
