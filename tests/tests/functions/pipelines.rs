//! Tests the pipelines for uploaded photos and catalogs.

use function_tests::{CATALOG, CATALOG_KEY, CATALOG_ROWS, CATALOG_VERSION};
use serde_json::{Value, json};

use crate::shop::{Shop, THUMBNAILS_BUCKET, event, http};

/// A red square of 2 x 2 pixels.
const PNG: &[u8] = b"\
    \x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x02\x00\x00\x00\x02\x08\
    \x02\x00\x00\x00\xfd\xd4\x9a\x73\x00\x00\x00\x10\x49\x44\x41\x54\x78\x9c\x63\x78\xe0\xa0\x00\x44\x0c\
    \x10\x0a\x00\x26\x0e\x05\x01\xd7\xd4\x9d\x48\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
const FIRST_PHOTO: &str = "photos/Tee + Käse/0192e5a0-7c11-7b3a-9c5d-6a1f00000011";
const SECOND_PHOTO: &str = "photos/MUG-01/0192e5a0-7c11-7b3a-9c5d-6a1f00000012";
const FIRST_VERSION: &str = "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH";
const SECOND_VERSION: &str = "bK7R9mSpXd3dIbrHY5gVyLQp3HL4kqtJ";

/// The event with the versions that exist in the bucket of this test.
fn with_versions(event: &Value, versions: &[(&str, &str)]) -> Value {
    let mut text = event.to_string();
    for (in_file, real) in versions {
        assert!(text.contains(in_file));
        text = text.replace(in_file, real);
    }
    serde_json::from_str(&text).unwrap()
}

async fn thumbnails_of(shop: &Shop, sku: &str) -> Value {
    let mut event = event("products-get");
    event["pathParameters"]["sku"] = json!(sku);
    http(shop.invoke("products-get", event).await)["body"]["thumbnails"].take()
}

fn none_failed() -> Value {
    json!({"batchItemFailures": []})
}

#[tokio::test]
async fn every_photo_of_a_message_becomes_thumbnails() {
    let shop = Shop::open().await;
    let first = shop.upload(FIRST_PHOTO, PNG, "image/png").await;
    let second = shop.upload(SECOND_PHOTO, PNG, "image/png").await;
    let event = with_versions(
        &event("thumbnailer"),
        &[(FIRST_VERSION, &first), (SECOND_VERSION, &second)],
    );
    assert_eq!(shop.invoke("thumbnailer", event.clone()).await.unwrap(), none_failed());
    for sku in ["Tee + Käse", "MUG-01"] {
        let thumbnails = thumbnails_of(&shop, sku).await;
        let sizes: Vec<&String> = thumbnails.as_object().unwrap().keys().collect();
        assert_eq!(sizes.len(), 4, "{sku}");
        assert!(thumbnails["256"].as_str().unwrap().contains(THUMBNAILS_BUCKET));
    }
    // The same event again, as a queue may deliver it.
    assert_eq!(shop.invoke("thumbnailer", event).await.unwrap(), none_failed());
}

#[tokio::test]
async fn a_catalog_becomes_products_and_a_report() {
    let shop = Shop::open().await;
    let version = shop.upload(CATALOG_KEY, CATALOG_ROWS.as_bytes(), "text/csv").await;
    let mut event = with_versions(&event("csv-ingester"), &[(CATALOG_VERSION, &version)]);
    event["detail"]["object"]["size"] = json!(CATALOG_ROWS.len());
    let answer = shop.invoke("csv-ingester", event.clone()).await.unwrap();
    assert_eq!(
        answer,
        json!({"outcome": "DONE", "rows_written": 2, "rows_rejected": 1})
    );
    assert_eq!((shop.available("CUP-01").await, shop.available("MUG-01").await), (4, 9));

    let mut status = shop.ask("uploads-get").await["body"].take();
    let report = status["import"]["rejected_rows_url"].take();
    let path = format!("/reports/{CATALOG}/rejected.csv?");
    assert!(report.as_str().unwrap().contains(&path), "{report}");
    assert_eq!(
        (&status["status"], &status["kind"]),
        (&json!("DONE"), &json!("catalog"))
    );
    assert_eq!(
        status["import"],
        json!({
            "rows_total_estimate": 3, "rows_read": 3, "rows_written": 2, "rows_rejected": 1, "percent": 100,
            "rejected_rows_url": null,
        })
    );
    let again = shop.invoke("csv-ingester", event).await.unwrap();
    assert_eq!(again, json!({"outcome": "FINISHED_BEFORE"}));
}
