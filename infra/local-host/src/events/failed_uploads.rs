//! Shows on an upload that its file could not be processed, and takes that back when the file is tried again.

use adapter_embedded::uploads;
use domain::values::{CatalogKey, PhotoKey, Timestamp, UploadId};
use percent_encoding::percent_decode_str;
use rusqlite::Connection;
use serde_json::Value;

/// For the person who uploaded the file.
const REASON: &str = "The file could not be processed. Upload it again, or ask an operator to try again.";

/// An object that an event is about.
#[derive(Debug, PartialEq, Eq)]
struct Object {
    upload_id: UploadId,
    version_id: Option<String>,
}

/// Ends the uploads of a message that became a dead letter. To be called in the transaction that makes it one.
pub(super) fn fail(connection: &Connection, body: &str, now_ms: i64) -> rusqlite::Result<()> {
    for object in objects(body) {
        let version_id = object.version_id.as_deref();
        let at = Timestamp::from_unix_ms(now_ms);
        uploads::fail(connection, &object.upload_id, version_id, REASON, at)?;
    }
    Ok(())
}

/// Lets them be processed again.
pub(super) fn reopen(connection: &Connection, body: &str, now_ms: i64) -> rusqlite::Result<()> {
    for object in objects(body) {
        uploads::reopen(connection, &object.upload_id, REASON, Timestamp::from_unix_ms(now_ms))?;
    }
    Ok(())
}

/// The uploaded files that a notification, or the record of a failed asynchronous invocation, is about.
fn objects(body: &str) -> Vec<Object> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return Vec::new();
    };
    let mut objects = Vec::new();
    for record in body["Records"].as_array().into_iter().flatten() {
        let object = &record["s3"]["object"];
        let key = object["key"].as_str().and_then(form_decoded);
        objects.extend(of_key(key.as_deref(), &object["versionId"]));
    }
    let object = &body["requestPayload"]["detail"]["object"];
    objects.extend(of_key(object["key"].as_str(), &object["version-id"]));
    objects
}

fn of_key(key: Option<&str>, version_id: &Value) -> Option<Object> {
    Some(Object {
        upload_id: upload_of_key(key?)?,
        version_id: version_id.as_str().map(str::to_owned),
    })
}

/// The upload that a photo or a catalog belongs to.
pub(crate) fn upload_of_key(key: &str) -> Option<UploadId> {
    let photo = PhotoKey::parse(key).map(|photo| photo.upload_id);
    photo
        .or_else(|_| CatalogKey::parse(key).map(|catalog| catalog.upload_id))
        .ok()
}

/// The uploads that a message is about.
pub(crate) fn upload_ids(body: &str) -> Vec<UploadId> {
    objects(body).into_iter().map(|object| object.upload_id).collect()
}

/// Keys in notifications are form-encoded.
fn form_decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(body: &Value) -> Vec<String> {
        objects(&body.to_string())
            .into_iter()
            .map(|object| object.upload_id.to_string())
            .collect()
    }

    #[test]
    fn uploads_are_found_in_every_kind_of_dead_letter() {
        let record = |key: &str| json!({ "s3": { "object": { "key": key, "versionId": "v-1" } } });
        let notification = json!({ "Records": [record("photos/Tee+%2B+K%C3%A4se/u-1"), record("photos/MUG-01/u-2")] });
        assert_eq!(ids(&notification), ["u-1", "u-2"]);
        let destination = json!({ "requestPayload": { "detail": { "object": { "key": "catalogs/u-3.csv" } } } });
        assert_eq!(ids(&destination), ["u-3"]);
        for other in [
            json!({ "Records": [record("reports/u-1/rejected.csv"), record("%FF")] }),
            json!({ "requestPayload": { "detail": { "status": "FAILED" } } }),
            json!("text"),
            json!(null),
        ] {
            assert_eq!(ids(&other), [""; 0], "{other}");
        }
        assert_eq!(objects("not JSON"), []);
    }
}
