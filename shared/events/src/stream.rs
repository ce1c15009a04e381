//! Reads the changes of a DynamoDB stream event.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::batch::{AfterFailure, Batch, BatchItem, BatchMalformed, Undecodable};
use crate::json_fault;

/// The principal that deletes expired items.
const TIME_TO_LIVE_PRINCIPAL: &str = "dynamodb.amazonaws.com";

/// One change of an item.
#[derive(Clone, PartialEq)]
pub struct ItemChange {
    /// The id of the event.
    pub event_id: String,
    /// The position in the stream; a partial batch response names it.
    pub sequence_number: String,
    /// Whether the item was inserted, modified or removed.
    pub kind: ChangeKind,
    /// The item's primary key.
    pub keys: Attributes,
    /// The item after the change. `None` for a removal, or when the stream's view does not include it.
    pub new_image: Option<Attributes>,
    /// The item before the change. `None` for an insertion, or when the stream's view does not include it.
    pub old_image: Option<Attributes>,
    /// Whether DynamoDB removed the item because its time to live had passed.
    pub expired: bool,
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChangeKind {
    /// A new item.
    Insert,
    /// A change of an existing item.
    Modify,
    /// A removal, by a request or because the item expired.
    Remove,
}

/// An item in DynamoDB JSON, such as `{"id": {"S": "0192"}, "version": {"N": "3"}}`.
#[derive(Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct Attributes(Map<String, Value>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRecord {
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: ChangeKind,
    dynamodb: RawChange,
    user_identity: Option<RawIdentity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawChange {
    keys: Attributes,
    new_image: Option<Attributes>,
    old_image: Option<Attributes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawIdentity {
    principal_id: Option<String>,
}

impl Attributes {
    /// The attribute's string. `None` if it is missing or not a string.
    pub fn string(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.get("S")?.as_str()
    }

    /// The attribute's number. `None` if it is missing, not a number, or out of range for `T`. DynamoDB writes numbers
    /// as strings.
    pub fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.get("N")?.as_str()?.parse().ok()
    }

    /// The attribute in DynamoDB JSON.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// The changes of a DynamoDB stream event, oldest first. A change without a sequence number makes the whole batch
/// malformed, because no answer could name it.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
pub fn changes(event: &Value) -> Result<Batch<ItemChange>, BatchMalformed> {
    let records = event.get("Records").and_then(Value::as_array);
    let records = records.ok_or(BatchMalformed("the event has no list of records"))?;
    let items: Result<Vec<_>, BatchMalformed> = records.iter().map(item).collect();
    Ok(Batch {
        items: items?,
        after_failure: AfterFailure::Stop,
    })
}

fn item(record: &Value) -> Result<BatchItem<ItemChange>, BatchMalformed> {
    let id = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    let id = id.filter(|id| !id.is_empty());
    let id = id.ok_or(BatchMalformed("a stream record has no sequence number"))?;
    Ok(BatchItem {
        id: id.to_owned(),
        record: change(record, id),
        // A stream passes no trace header on. The writer stores it in the item.
        trace_header: None,
    })
}

fn change(record: &Value, sequence_number: &str) -> Result<ItemChange, Undecodable> {
    let raw = RawRecord::deserialize(record)
        .map_err(|fault| Undecodable::new(format!("stream record: {}", json_fault::describe(&fault))))?;
    let principal = raw.user_identity.and_then(|identity| identity.principal_id);
    Ok(ItemChange {
        event_id: raw.event_id,
        sequence_number: sequence_number.to_owned(),
        kind: raw.event_name,
        keys: raw.dynamodb.keys,
        new_image: raw.dynamodb.new_image,
        old_image: raw.dynamodb.old_image,
        expired: principal.as_deref() == Some(TIME_TO_LIVE_PRINCIPAL),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Value {
        json!({
            "eventID": "c4ca4238", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1", "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_719_318_377.0,
                "Keys": {"id": {"S": "0192"}},
                "NewImage": {"id": {"S": "0192"}, "version": {"N": "3"}, "gift": {"BOOL": true}},
                "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        })
    }

    fn only(record: &Value) -> Result<ItemChange, Undecodable> {
        let mut batch = changes(&json!({"Records": [record]})).unwrap();
        batch.items.remove(0).record
    }

    #[test]
    fn an_insertion_is_read() {
        let batch = changes(&json!({"Records": [record()]})).unwrap();
        assert_eq!(batch.after_failure, AfterFailure::Stop);
        assert_eq!(batch.items[0].id, "111");
        let Ok(change) = only(&record()) else {
            panic!("undecodable")
        };
        assert_eq!((change.kind, change.expired), (ChangeKind::Insert, false));
        assert_eq!(change.keys.string("id"), Some("0192"));
        assert!(change.old_image.is_none());
        let image = change.new_image.unwrap();
        assert_eq!(image.number::<u64>("version"), Some(3));
        assert_eq!(image.number::<u64>("id"), None);
        assert_eq!(image.string("version"), None);
        assert_eq!(image.get("gift"), Some(&json!({"BOOL": true})));
    }

    #[test]
    fn an_expired_item_is_marked_as_expired() {
        let mut removal = record();
        removal["eventName"] = json!("REMOVE");
        assert!(!only(&removal).is_ok_and(|change| change.expired));
        removal["userIdentity"] = json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
        assert!(only(&removal).is_ok_and(|change| change.expired && change.kind == ChangeKind::Remove));
    }

    #[test]
    fn an_unknown_kind_or_missing_keys_make_one_record_undecodable() {
        let mut unknown = record();
        unknown["eventName"] = json!("secret");
        let undecodable = only(&unknown).err().unwrap();
        assert!(!undecodable.to_string().contains("secret"), "{undecodable}");
        let mut keyless = record();
        keyless["dynamodb"]["Keys"] = json!("0192");
        assert!(only(&keyless).is_err());
    }

    #[test]
    fn without_sequence_numbers_the_batch_is_malformed() {
        for number in [json!(null), json!(""), json!(111)] {
            let mut record = record();
            record["dynamodb"]["SequenceNumber"] = number;
            assert!(changes(&json!({"Records": [record]})).is_err());
        }
        assert!(changes(&json!({})).is_err());
        assert!(changes(&json!({"Records": []})).unwrap().items.is_empty());
    }
}
