//! Tests of uploads-create over its events.

use function_tests::{World, event, http};
use serde_json::json;

use super::*;

async fn answer(world: &World, event: Value) -> Value {
    let create = CreateUpload::from(&world.shop.ports);
    http(handle(world.invocation_of("uploads-create", event), &create).await)
}

#[tokio::test]
async fn an_announced_photo_gets_a_link_that_takes_it() {
    let mut answer = answer(&World::open(), event("uploads-create")).await;
    // The adapter makes the link: here only its target matters.
    let url = answer["body"]["url"].take();
    assert!(url.as_str().unwrap().contains("/photos/MUG-01/id-1?"), "{url}");
    let headers = answer["body"]["headers"].take();
    assert!(
        headers.as_object().unwrap().values().any(|value| value == "image/jpeg"),
        "{headers}"
    );
    assert_eq!(
        answer,
        json!({
            "status": 201,
            "headers": {
                "Cache-Control": "no-store",
                "Content-Type": "application/json",
                "Location": "/uploads/id-1",
                "X-Correlation-Id": "req-7f3a2b10",
            },
            "body": {
                "id": "id-1",
                "method": "PUT",
                "url": null,
                "headers": null,
                "expires_at": "2026-11-01T10:15:00.000Z",
                "status_url": "/uploads/id-1",
            },
        })
    );
}

#[tokio::test]
async fn customers_announce_nothing() {
    let world = World::open();
    let answer = answer(&world, event("uploads-create.rejected")).await;
    let forbidden = function_tests::problem("forbidden", "Forbidden", 403);
    assert_eq!((&answer["status"], &answer["body"]), (&json!(403), &forbidden));
    assert!(world.memory.look(|tables| tables.uploads.rows.is_empty()));
}

#[tokio::test]
async fn an_announcement_with_faults_is_answered_with_their_places() {
    let world = World::open();
    let photo = |content_type: &str, size_bytes: u64| json!({"kind": "product-photo", "sku": "MUG-01", "content_type": content_type, "size_bytes": size_bytes});
    let catalog =
        |file_name: &str, size_bytes: u64| json!({"kind": "catalog", "file_name": file_name, "size_bytes": size_bytes});
    let cases = [
        (photo("image/tiff", 9), "/content_type"),
        (photo("image/jpeg", 0), "/size_bytes"),
        (photo("image/jpeg", 50_000_001), "/size_bytes"),
        (catalog("spring.csv", 5_000_000_001), "/size_bytes"),
        (catalog("../spring.csv", 9), "/file_name"),
        (json!({"kind": "video"}), "/kind"),
        (json!({"kind": "catalog", "file_name": "spring.csv"}), "/size_bytes"),
    ];
    for (body, pointer) in cases {
        let mut event = event("uploads-create");
        event["body"] = json!(body.to_string());
        let answer = answer(&world, event).await;
        assert_eq!(answer["status"], 422, "{body}");
        assert_eq!(answer["body"]["errors"][0]["pointer"], pointer, "{body}");
    }
}
