//! Can one request be followed through every asynchronous hop, and does no secret get into the log on the way?

use adapter_embedded::order_stream;
use function_tests::log;
use serde_json::{Value, json};

use crate::shop::{ORDER, Shop, event};

/// The event that the stream of the orders table makes of everything that happened so far.
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
    // A batch belongs to many requests: its own line names none of them, those of its records do.
    for line in ended.iter().filter(|line| line["function"] != "saga-start") {
        assert_eq!(line["correlation_id"], "req-7f3a2b10", "{line}");
    }
    for secret in ["tok_ok", "tok ok", "@example.test", "Bearer", "eyJ"] {
        assert!(!lines.concat().contains(secret), "{secret}");
    }
}
