//! Every photo of a message becomes thumbnails or a rejection, and nothing else does.

use function_tests::{THUMBNAILS_BUCKET, UPLOADS_BUCKET, World, error_name, event, http};
use serde_json::{Value, json};

use super::*;

/// Keys and versions of the photos that the events name.
const FIRST: (&str, &str) = (
    "photos/Tee + Käse/0192e5a0-7c11-7b3a-9c5d-6a1f00000011",
    "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH",
);
const SECOND: (&str, &str) = (
    "photos/MUG-01/0192e5a0-7c11-7b3a-9c5d-6a1f00000012",
    "bK7R9mSpXd3dIbrHY5gVyLQp3HL4kqtJ",
);

fn world_with(photos: &[(&str, &str)], bytes: &[u8]) -> World {
    let world = World::open();
    world.memory.change(|tables| {
        for (key, version_id) in photos {
            tables.uploads_bucket.put_version(key, version_id, "image/png", bytes);
        }
    });
    world
}

async fn reply(world: &World, event: Value) -> Reply {
    let render = RenderThumbnails::from(&world.shop.ports);
    handle(world.invocation_of("thumbnailer", event), &render, UPLOADS_BUCKET).await
}

fn thumbnails_of(world: &World, sku: &str) -> usize {
    world.product(sku).photo.map_or(0, |photo| photo.keys.len())
}

fn none_failed() -> Value {
    json!({"batchItemFailures": []})
}

#[tokio::test]
async fn every_photo_of_a_message_becomes_thumbnails() {
    let world = world_with(&[FIRST, SECOND], b"a photo");
    for _ in 0..2 {
        assert_eq!(reply(&world, event("thumbnailer")).await.unwrap(), none_failed());
        assert_eq!(
            (thumbnails_of(&world, "Tee + Käse"), thumbnails_of(&world, "MUG-01")),
            (4, 4)
        );
    }
}

#[tokio::test]
async fn one_undecodable_message_does_not_fail_its_neighbours() {
    let world = world_with(&[FIRST], b"a photo");
    let answer = reply(&world, event("thumbnailer.rejected")).await.unwrap();
    let failures = json!([{"itemIdentifier": "7c0e6a5b-1f2d-4c3e-9b8a-0d1e2f3a4b5c"}]);
    assert_eq!(answer, json!({"batchItemFailures": failures}));
    assert_eq!(thumbnails_of(&world, "Tee + Käse"), 4);
    let malformed = json!({"Records": [{"body": "no id"}]});
    assert_eq!(error_name(reply(&world, malformed).await), "BatchMalformed");
}

#[tokio::test]
async fn an_object_that_is_not_a_photo_upload_is_acknowledged_and_never_rendered() {
    let world = world_with(&[SECOND], b"a photo");
    let record = |bucket: &str, key: &str, event_name: &str| {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventTime": "2026-11-01T10:00:00.123Z",
            "eventName": event_name,
            "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 7, "sequencer": "0A"}},
        })
    };
    let thumbnail = "MUG-01/0192e5a0-7c11-7b3a-9c5d-6a1f00000012/256.png";
    let records = [
        // A thumbnail must never trigger a thumbnail, even under a key that would be a photo's in the right bucket.
        record(THUMBNAILS_BUCKET, SECOND.0, "ObjectCreated:Put"),
        record(UPLOADS_BUCKET, thumbnail, "ObjectCreated:Put"),
        record(UPLOADS_BUCKET, "photos/MUG-01/", "ObjectCreated:Put"),
        record(UPLOADS_BUCKET, "photos/", "ObjectCreated:Put"),
        record(UPLOADS_BUCKET, "reports/0192/rejected.csv", "ObjectCreated:Put"),
        record(UPLOADS_BUCKET, SECOND.0, "ObjectRemoved:Delete"),
    ];
    let mut event = event("thumbnailer");
    event["Records"][0]["body"] = json!(json!({"Records": records}).to_string());
    assert_eq!(reply(&world, event).await.unwrap(), none_failed());
    assert_eq!(thumbnails_of(&world, "MUG-01"), 0);
}

#[tokio::test]
async fn an_empty_photo_is_rejected_for_good_and_a_deleted_one_is_done() {
    let world = world_with(&[SECOND], b"");
    let mut event = event("thumbnailer");
    let body = event["Records"][0]["body"].as_str().unwrap();
    event["Records"][0]["body"] = json!(body.replace("\"size\":91377", "\"size\":0"));
    assert_eq!(reply(&world, event).await.unwrap(), none_failed());
    let mut status = function_tests::event("uploads-get");
    status["pathParameters"]["id"] = json!(SECOND.0.rsplit('/').next());
    let status = http(world.invoke("uploads-get", status).await);
    assert_eq!(
        (&status["body"]["status"], &status["body"]["reason"]),
        (&json!("REJECTED"), &json!("the file is empty"))
    );
}
