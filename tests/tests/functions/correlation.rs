//! Tests that one correlation id links every asynchronous hop of a request, and that no secret is logged.

use adapter_embedded::order_stream;
use function_tests::{CATALOG, CATALOG_KEY, log};
use serde_json::{Value, json};

use crate::shop::{ORDER, Shop, event, http};

/// The stream event with all order changes so far.
async fn stream_event(shop: &Shop) -> Value {
    let records = shop
        .database
        .call("read stream", |connection| order_stream::after(connection, 0, 100))
        .await
        .unwrap();
    let records = records.records.into_iter().map(|record| {
        json!({
            "eventID": format!("event-{}", record.sequence), "eventName": record.event_name,
            "dynamodb": {
                "Keys": record.keys, "NewImage": record.new_image, "OldImage": record.old_image,
                "SequenceNumber": record.sequence.to_string(),
            },
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

#[tokio::test]
async fn the_id_of_a_request_reaches_the_saga_that_it_leads_to() {
    let shop = Shop::with_order("tok_ok").await;
    shop.confirm(ORDER).await;
    let mut cancel = event("orders-cancel");
    cancel["headers"]["x-correlation-id"] = json!("req-of-the-cancel");
    shop.invoke("orders-cancel", cancel).await.unwrap();
    let answer = shop.invoke("saga-start", stream_event(&shop).await).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    let running = shop.running_sagas().await;
    let inputs: Vec<Value> = running
        .iter()
        .map(|saga| serde_json::from_str(&saga.input).unwrap())
        .collect();
    let input = |correlation_id| json!({"order_id": ORDER, "correlation_id": correlation_id});
    assert_eq!(inputs, [input("req-7f3a2b10"), input("req-of-the-cancel")]);
}

#[tokio::test]
async fn every_line_names_the_request_and_none_a_secret() {
    let shop = Shop::with_order("tok_ok").await;
    shop.invoke("saga-start", stream_event(&shop).await).await.unwrap();
    shop.confirm(ORDER).await;
    shop.send("saga-notify-customer").await.unwrap();
    shop.send("orders-place.rejected").await.unwrap();
    shop.step("saga-void-payment", ORDER).await.unwrap_err();

    let lines = log::taken();
    let ended: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended: Vec<&Value> = ended
        .iter()
        .filter(|line| line["message"] == "invocation ended")
        .collect();
    let functions: Vec<&str> = ended.iter().map(|line| line["function"].as_str().unwrap()).collect();
    let expected = [
        "orders-place",
        "saga-start",
        "saga-reserve-stock",
        "saga-authorize-payment",
        "saga-capture-payment",
        "saga-confirm-order",
        "saga-notify-customer",
        "orders-place",
        "saga-void-payment",
    ];
    assert_eq!(functions, expected);
    // A batch belongs to many requests, so its own line has no correlation id; the lines of its records have theirs.
    for line in ended.iter().filter(|line| line["function"] != "saga-start") {
        assert_eq!(line["correlation_id"], "req-7f3a2b10", "{line}");
    }
    for secret in ["tok_ok", "tok ok", "@example.test", "Bearer", "eyJ"] {
        assert!(!lines.concat().contains(secret), "{secret}");
    }
}

/// Announces a file as staff do, under the next id. The request has a correlation id of its own.
async fn announce(shop: &Shop, id: &str, correlation_id: &str, body: Value) {
    shop.ids.announce(id);
    let mut announcement = event("uploads-create");
    announcement["headers"]["x-correlation-id"] = json!(correlation_id);
    announcement["body"] = json!(body.to_string());
    assert_eq!(http(shop.invoke("uploads-create", announcement).await)["status"], 201);
}

/// The lines of the log since the last time, which name this request.
fn lines_of(correlation_id: &str) -> Vec<Value> {
    let lines = log::taken()
        .into_iter()
        .map(|line| serde_json::from_str::<Value>(&line).unwrap());
    lines.filter(|line| line["correlation_id"] == correlation_id).collect()
}

fn functions_of(lines: &[Value], message: &str) -> Vec<String> {
    let lines = lines.iter().filter(|line| line["message"] == message);
    lines
        .map(|line| line["function"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_request_that_announced_a_catalog_is_named_by_every_step_of_its_import() {
    let shop = Shop::open().await;
    let file = tests::catalog::many_products("BULK", 500);
    let body = json!({"kind": "catalog", "file_name": "spring.csv", "size_bytes": file.len()});
    announce(&shop, CATALOG, "req-of-the-catalog", body).await;
    let version = shop.upload(CATALOG_KEY, file.as_bytes(), "text/csv").await;
    let mut created = event("csv-ingester");
    created["detail"]["object"]["size"] = json!(file.len());
    created["detail"]["object"]["version-id"] = json!(version);
    shop.invoke("csv-ingester", created).await.unwrap();
    let running = shop.running_sagas().await;
    let job: Value = serde_json::from_str(&running[0].input).unwrap();
    assert_eq!(job["correlation_id"], "req-of-the-catalog");
    let with = |name: &str, value: Value| {
        let mut input = job.clone();
        input[name] = value;
        input
    };
    let plan = shop.invoke("import-plan", with("ranges", json!([]))).await.unwrap();
    for range in plan["ranges"].as_array().unwrap() {
        shop.invoke("import-range", with("range", range.clone())).await.unwrap();
    }
    shop.invoke("import-finish", with("range_count", plan["range_count"].clone()))
        .await
        .unwrap();

    let mut functions = functions_of(&lines_of("req-of-the-catalog"), "invocation ended");
    functions.dedup();
    let expected = [
        "uploads-create",
        "csv-ingester",
        "import-plan",
        "import-range",
        "import-finish",
    ];
    assert_eq!(functions, expected);
}

#[tokio::test]
async fn the_request_that_announced_a_photo_is_named_by_its_thumbnails() {
    let shop = Shop::open().await;
    let id = "0192e5a0-7c11-7b3a-9c5d-6a1f00000012";
    let photo = tests::photo::sideways_photo_of(64, 48);
    let body =
        json!({"kind": "product-photo", "sku": "MUG-01", "content_type": "image/jpeg", "size_bytes": photo.len()});
    announce(&shop, id, "req-of-the-photo", body).await;
    let version = shop.upload(&format!("photos/MUG-01/{id}"), &photo, "image/jpeg").await;
    let mut message = event("thumbnailer");
    let body = message["Records"][0]["body"].as_str().unwrap();
    let mut notification: Value = serde_json::from_str(body).unwrap();
    let mut record = notification["Records"][1].take();
    record["s3"]["object"]["versionId"] = json!(version);
    record["s3"]["object"]["size"] = json!(photo.len());
    message["Records"][0]["body"] = json!(json!({"Records": [record]}).to_string());
    message["Records"].as_array_mut().unwrap().truncate(1);
    let answer = shop.invoke("thumbnailer", message).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));

    let lines = lines_of("req-of-the-photo");
    assert_eq!(functions_of(&lines, "invocation ended"), ["uploads-create"]);
    assert_eq!(functions_of(&lines, "photo rendered and shown"), ["thumbnailer"]);
}
