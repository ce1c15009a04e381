//! What do staff get when they announce files and ask what became of them?

use serde_json::{Value, json};

use crate::shop::{Shop, event, http};

const UPLOAD: &str = "0192e5a0-7c11-7b3a-9c5d-6a1f00000021";

async fn create(shop: &Shop, body: &Value) -> Value {
    let mut event = event("uploads-create");
    event["body"] = json!(body.to_string());
    http(shop.invoke("uploads-create", event).await)
}

#[tokio::test]
async fn an_announced_photo_gets_a_link_that_takes_it() {
    let shop = Shop::open().await;
    shop.ids.announce(UPLOAD);
    let mut answer = shop.ask("uploads-create").await;
    // The link itself is the adapter's: here it only matters where it leads.
    let url = answer["body"]["url"].take();
    assert!(
        url.as_str().unwrap().contains(&format!("/photos/MUG-01/{UPLOAD}?")),
        "{url}"
    );
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
                "Location": format!("/uploads/{UPLOAD}"),
                "X-Correlation-Id": "req-7f3a2b10",
            },
            "body": {
                "id": UPLOAD,
                "method": "PUT",
                "url": null,
                "headers": null,
                "expires_at": "2026-11-01T10:15:00.000Z",
                "status_url": format!("/uploads/{UPLOAD}"),
            },
        })
    );
}

#[tokio::test]
async fn customers_announce_nothing_and_see_no_upload() {
    let shop = Shop::open().await;
    let forbidden = json!({
        "type": "https://popshop.example/problems/forbidden",
        "title": "The caller may not do this",
        "status": 403,
    });
    let answer = shop.ask("uploads-create.rejected").await;
    assert_eq!((&answer["status"], &answer["body"]), (&json!(403), &forbidden));
    let mut customers = event("uploads-get");
    customers["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[customers]");
    assert_eq!(http(shop.invoke("uploads-get", customers).await)["body"], forbidden);
}

#[tokio::test]
async fn an_announcement_with_faults_is_told_them() {
    let shop = Shop::open().await;
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
        let answer = create(&shop, &body).await;
        assert_eq!(answer["status"], 422, "{body}");
        assert_eq!(answer["body"]["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[tokio::test]
async fn an_announced_catalog_waits_for_its_file() {
    let shop = Shop::open().await;
    shop.ids.announce(UPLOAD);
    let catalog = json!({"kind": "catalog", "file_name": "spring.csv", "size_bytes": 20_480});
    assert_eq!(create(&shop, &catalog).await["status"], 201);
    let answer = shop.ask("uploads-get").await;
    assert_eq!(
        answer["body"],
        json!({
            "id": UPLOAD,
            "kind": "catalog",
            "status": "WAITING",
            "created_at": "2026-11-01T10:00:00.000Z",
        })
    );
}

#[tokio::test]
async fn an_upload_that_nobody_announced_is_not_found() {
    let shop = Shop::open().await;
    let answer = shop.ask("uploads-get.rejected").await;
    assert_eq!(answer["status"], 404);
    assert_eq!(answer["body"]["type"], "https://popshop.example/problems/not-found");
}
