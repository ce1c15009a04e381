//! Reads object events of S3 in both forms: a notification in an SQS message, and an event from EventBridge.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

use crate::batch::Undecodable;
use crate::json_fault;

const TEST_EVENT: &str = "s3:TestEvent";
const CREATED_PREFIX: &str = "ObjectCreated:";
const CREATED_DETAIL_TYPE: &str = "Object Created";

/// An event of a bucket. S3 delivers it at least once and in any order: compare sequencers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum S3Event {
    /// A new object, or a new version of an object.
    Created(ObjectCreated),
    /// Any other event.
    Other {
        /// Its name, like `ObjectRemoved:Delete` or `Object Deleted`.
        event_name: String,
    },
}

/// A new object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket's name.
    pub bucket: String,
    /// The decoded key.
    pub key: String,
    /// The version, in a bucket with versions. Read this version: the object may have been overwritten since.
    pub version_id: Option<String>,
    /// The size of the object.
    pub size_bytes: u64,
    /// Orders the events of this key, as the domain's `ObjectSequencer` does.
    pub sequencer: Option<String>,
    /// The time of the event in Unix milliseconds.
    pub event_time_ms: i64,
}

impl S3Event {
    /// The new object, if the event is about a new object in `bucket`. `None`, with a log line, for another bucket, a
    /// folder, or another kind of event.
    pub fn created_in(self, bucket: &str) -> Option<ObjectCreated> {
        match self {
            Self::Created(object) if object.bucket != bucket => {
                tracing::warn!(bucket = object.bucket, "object of another bucket, ignored");
                None
            }
            Self::Created(object) if object.is_folder() => {
                tracing::info!(key = object.key, "folder, ignored");
                None
            }
            Self::Created(object) => Some(object),
            Self::Other { event_name } => {
                tracing::warn!(event_name, "the event is not about a new object, ignored");
                None
            }
        }
    }
}

impl ObjectCreated {
    /// The console makes a folder by writing an empty object under `name/`.
    pub fn is_folder(&self) -> bool {
        self.key.ends_with('/')
    }

    /// Whether the object has no bytes.
    pub fn is_empty(&self) -> bool {
        self.size_bytes == 0
    }
}

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Option<Vec<NotificationRecord>>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotificationRecord {
    event_name: String,
    event_time: Timestamp,
    s3: NotificationEntity,
}

#[derive(Deserialize)]
struct NotificationEntity {
    bucket: Bucket,
    object: NotificationObject,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotificationObject {
    key: String,
    /// Absent when an object was removed.
    size: Option<u64>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

/// Reads the body of one SQS message from S3. It has any number of records, and none in the test message that S3 sends
/// when the notification is set up.
pub fn notification(body: &str) -> Result<Vec<S3Event>, Undecodable> {
    let notification: Notification = serde_json::from_str(body).map_err(|fault| undecodable("notification", &fault))?;
    match (notification.records, notification.event.as_deref()) {
        (Some(records), _) => records.into_iter().map(from_notification).collect(),
        (None, Some(TEST_EVENT)) => Ok(Vec::new()),
        (None, _) => Err(Undecodable::new("s3 notification without records")),
    }
}

fn from_notification(record: NotificationRecord) -> Result<S3Event, Undecodable> {
    // SNS and older documents add the prefix `s3:`.
    let event_name = record.event_name.trim_start_matches("s3:");
    if !event_name.starts_with(CREATED_PREFIX) {
        return Ok(S3Event::Other {
            event_name: event_name.to_owned(),
        });
    }
    let object = record.s3.object;
    let size_bytes = object.size;
    Ok(S3Event::Created(ObjectCreated {
        bucket: record.s3.bucket.name,
        key: decode_key(&object.key)?,
        version_id: object.version_id,
        size_bytes: size_bytes.ok_or_else(|| Undecodable::new("s3 notification of an object without a size"))?,
        sequencer: object.sequencer,
        event_time_ms: record.event_time.as_millisecond(),
    }))
}

/// Keys are form-encoded: a space arrives as `+`, a plus as `%2B`. So `+` is replaced first.
fn decode_key(encoded: &str) -> Result<String, Undecodable> {
    let spaced = encoded.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(String::from)
        .map_err(|_| Undecodable::new("s3 notification with a key that is not utf-8"))
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct BridgeEvent {
    detail_type: String,
    source: String,
    time: Timestamp,
    detail: Value,
}

#[derive(Deserialize)]
struct BridgeDetail {
    bucket: Bucket,
    object: BridgeObject,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct BridgeObject {
    key: String,
    size: u64,
    version_id: Option<String>,
    sequencer: Option<String>,
}

/// Reads an event that S3 sent through EventBridge. Its key is NOT encoded: `+` and `%41` stand for themselves.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
pub fn event_bridge(event: &Value) -> Result<S3Event, Undecodable> {
    let event = BridgeEvent::deserialize(event).map_err(|fault| undecodable("event", &fault))?;
    if event.source != "aws.s3" || event.detail_type != CREATED_DETAIL_TYPE {
        return Ok(S3Event::Other {
            event_name: event.detail_type,
        });
    }
    let detail = BridgeDetail::deserialize(event.detail).map_err(|fault| undecodable("event detail", &fault))?;
    Ok(S3Event::Created(ObjectCreated {
        bucket: detail.bucket.name,
        key: detail.object.key,
        version_id: detail.object.version_id,
        size_bytes: detail.object.size,
        sequencer: detail.object.sequencer,
        event_time_ms: event.time.as_millisecond(),
    }))
}

fn undecodable(what: &str, fault: &serde_json::Error) -> Undecodable {
    Undecodable::new(format!("s3 {what}: {}", json_fault::describe(fault)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(event_name: &str, object: &Value) -> Value {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1",
            "eventTime": "2026-11-01T10:00:00.123Z", "eventName": event_name,
            "userIdentity": {"principalId": "AWS:AIDA"}, "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "photos",
                "bucket": {"name": "uploads", "arn": "arn:aws:s3:::uploads"}, "object": object,
            },
        })
    }

    fn key_of(encoded: &str) -> Result<String, Undecodable> {
        let record = record(
            "ObjectCreated:Put",
            &json!({"key": encoded, "size": 1, "sequencer": "0A"}),
        );
        match notification(&json!({"Records": [record]}).to_string())?.remove(0) {
            S3Event::Created(created) => Ok(created.key),
            S3Event::Other { event_name } => Err(Undecodable::new(event_name)),
        }
    }

    #[test]
    fn a_notification_may_hold_several_records_of_several_kinds() {
        let object =
            json!({"key": "photos/MUG-01/0192", "size": 1024, "eTag": "d41d", "versionId": "v1", "sequencer": "0A1"});
        let removed = json!({"key": "photos/MUG-01/0191", "sequencer": "0A2"});
        let records = [
            record("ObjectCreated:Put", &object),
            record("ObjectRemoved:Delete", &removed),
        ];
        let events = notification(&json!({"Records": records}).to_string()).unwrap();
        let created = ObjectCreated {
            bucket: "uploads".to_owned(),
            key: "photos/MUG-01/0192".to_owned(),
            version_id: Some("v1".to_owned()),
            size_bytes: 1024,
            sequencer: Some("0A1".to_owned()),
            event_time_ms: 1_793_527_200_123,
        };
        let other = S3Event::Other {
            event_name: "ObjectRemoved:Delete".to_owned(),
        };
        assert_eq!(events, [S3Event::Created(created), other]);
    }

    #[test]
    fn a_key_in_a_notification_is_form_encoded() {
        assert_eq!(key_of("spring+sale.csv").unwrap(), "spring sale.csv");
        assert_eq!(key_of("1%2B1%3D2.jpg").unwrap(), "1+1=2.jpg");
        assert_eq!(key_of("a%252Bb").unwrap(), "a%2Bb");
        assert_eq!(key_of("caf%C3%A9/%F0%9F%98%80").unwrap(), "café/😀");
        assert_eq!(key_of("100%").unwrap(), "100%");
        assert!(key_of("%FF%FE").is_err());
    }

    #[test]
    fn the_test_message_of_s3_has_no_records() {
        let body = json!({
            "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-01T10:00:00.000Z", "Bucket": "uploads",
            "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
        });
        assert_eq!(notification(&body.to_string()), Ok(Vec::new()));
    }

    #[test]
    fn a_body_that_is_not_a_notification_is_undecodable() {
        let sizeless = json!({"Records": [record("ObjectCreated:Put", &json!({"key": "a"}))]}).to_string();
        let negative = json!({"Records": [record("ObjectCreated:Put", &json!({"key": "a", "size": -1}))]}).to_string();
        let deep = "[".repeat(100_000);
        for body in [
            "",
            "{}",
            "null",
            "[]",
            "{\"Records\":{}}",
            "{\"Event\":\"other\"}",
            &sizeless,
            &negative,
            &deep,
        ] {
            assert!(notification(body).is_err(), "{body}");
        }
        assert_eq!(notification("{\"Records\":[]}"), Ok(Vec::new()));
    }

    fn bridge_event(key: &str) -> Value {
        json!({
            "version": "0", "id": "17793124", "detail-type": "Object Created", "source": "aws.s3",
            "account": "123456789012", "time": "2026-11-01T10:00:00Z", "region": "eu-central-1",
            "resources": ["arn:aws:s3:::uploads"],
            "detail": {
                "version": "0", "bucket": {"name": "uploads"},
                "object": {"key": key, "size": 5, "etag": "b1946ac9", "version-id": "v1", "sequencer": "00617F08299329D189"},
                "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012", "reason": "PutObject",
            },
        })
    }

    #[test]
    fn a_key_from_event_bridge_is_not_decoded() {
        for key in ["catalogs/0192.csv", "a+b", "%41", "spring sale.csv"] {
            let S3Event::Created(created) = event_bridge(&bridge_event(key)).unwrap() else {
                panic!("not created");
            };
            assert_eq!(created.key, key);
            assert_eq!((created.bucket.as_str(), created.size_bytes), ("uploads", 5));
            assert_eq!(created.version_id.as_deref(), Some("v1"));
            assert_eq!(created.sequencer.as_deref(), Some("00617F08299329D189"));
        }
    }

    #[test]
    fn other_events_of_the_bus_are_recognised_and_anything_else_is_undecodable() {
        let mut deleted = bridge_event("a");
        deleted["detail-type"] = json!("Object Deleted");
        let event_name = "Object Deleted".to_owned();
        assert_eq!(event_bridge(&deleted), Ok(S3Event::Other { event_name }));
        let mut keyless = bridge_event("a");
        keyless["detail"]["object"] = json!({});
        assert!(event_bridge(&keyless).is_err());
        assert!(event_bridge(&json!({"Records": []})).is_err());
    }

    #[test]
    fn folders_and_empty_objects_are_recognised() {
        let S3Event::Created(mut created) = event_bridge(&bridge_event("photos/MUG-01/")).unwrap() else {
            panic!("not created");
        };
        assert!(created.is_folder() && !created.is_empty());
        created.size_bytes = 0;
        assert!(created.is_empty());
    }

    #[test]
    fn only_a_new_object_of_the_right_bucket_is_returned() {
        let created = |key, bucket| event_bridge(&bridge_event(key)).unwrap().created_in(bucket);
        assert_eq!(
            created("photos/a", "uploads").map(|object| object.key),
            Some("photos/a".to_owned())
        );
        assert_eq!(created("photos/a", "thumbnails"), None);
        assert_eq!(created("photos/", "uploads"), None);
        let event_name = "ObjectRemoved:Delete".to_owned();
        assert_eq!(S3Event::Other { event_name }.created_in("uploads"), None);
    }
}
