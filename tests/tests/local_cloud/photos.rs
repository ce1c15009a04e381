//! Tests the deployed thumbnailer with messages of its queue.

use function_tests::event;
use serde_json::{Value, json};
use tests::lambda::failed_ids;
use tests::photo::sideways_photo_of;

use crate::place::Place;

/// A message with the notification of one object, with a form-encoded key.
fn message(id: &str, bucket: &str, form_encoded_key: &str, version: &str) -> Value {
    let mut message = event("thumbnailer")["Records"][1].clone();
    let notification = json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-11-01T10:00:00.123Z",
        "s3": {
            "bucket": { "name": bucket },
            "object": {
                "key": form_encoded_key,
                "size": 1_000,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": version,
                "sequencer": "0067259A8B1C2D3E4F",
            },
        },
    }] });
    message["messageId"] = json!(id);
    message["body"] = json!(notification.to_string());
    message
}

#[test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
fn a_batch_with_duplicates_and_malformed_messages_fails_only_those() {
    let place = Place::open();
    let client = &place.client;
    let olga = client.token("olga", &["staff"]);
    let photo = sideways_photo_of(64, 48);
    let sku = "Grüner Tee + 50%2F";
    let announcement =
        json!({ "kind": "product-photo", "sku": sku, "content_type": "image/jpeg", "size_bytes": photo.len() });
    let created = client.upload(&olga, &announcement, &photo);
    let upload = client.settled_upload(&olga, created["status_url"].as_str().unwrap());
    assert_eq!(upload["status"], "DONE", "{upload}");

    let id = created["id"].as_str().unwrap();
    let key = format!("photos/Gr%C3%BCner+Tee+%2B+50%252F/{id}");
    let bucket = place.output("UploadsBucketName");
    let version = place
        .api
        .version_of(bucket, &format!("photos/Gr%C3%BCner%20Tee%20%2B%2050%252F/{id}"));
    let mut garbage = message("garbage", bucket, &key, &version);
    garbage["body"] = json!("{\"Records\":[");
    let test_event = event("thumbnailer")["Records"][1].clone();
    let of_thumbnails = message("thumbnail", place.output("ThumbnailsBucketName"), &key, &version);
    let records = json!([
        message("first", bucket, &key, &version),
        garbage,
        test_event,
        of_thumbnails,
        message("no-photo", bucket, "photos/only-two", &version),
        message("again", bucket, &key, &version),
    ]);
    let answer = place.invoke("Thumbnailer", &json!({ "Records": records })).unwrap();
    assert_eq!(failed_ids(&answer), ["garbage"]);
    let after = client.settled_upload(&olga, created["status_url"].as_str().unwrap());
    assert_eq!(after, upload, "the finished upload does not change");
}
