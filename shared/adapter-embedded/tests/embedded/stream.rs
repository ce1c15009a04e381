//! Tests the records that consumers of the order stream read.

use adapter_embedded::Database;
use adapter_embedded::idempotency::SqliteIdempotencyStore;
use adapter_embedded::order_book::SqliteOrderBook;
use adapter_embedded::order_stream::{self, StreamRecord};
use adapter_embedded::orders::SqliteOrderRepository;
use domain::fulfilment::ports::{OrderBook, Parking, SagaKind};
use domain::orders::order::Order;
use domain::orders::ports::OrderRepository;
use domain::values::{CorrelationId, PaymentToken, Timestamp};
use port_contracts::samples::{self, anns_order};
use serde_json::json;

/// Places an order under `key-1`.
pub(crate) async fn place(database: &Database) -> Order {
    let order = Order {
        payment_token: PaymentToken::parse("tok_secret").ok(),
        ..anns_order()
    };
    let orders = SqliteOrderRepository {
        database: database.clone(),
    };
    let keys = SqliteIdempotencyStore {
        database: database.clone(),
    };
    samples::place_under("key-1", &orders, &keys, &order).await;
    order
}

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

async fn stream(database: &Database, after: i64) -> Vec<StreamRecord> {
    let read = move |connection: &rusqlite::Connection| Ok(order_stream::after(connection, after, 100)?.records);
    database.call("read order stream", read).await.unwrap()
}

#[tokio::test]
async fn a_change_is_told_as_an_item_of_dynamodb_without_the_payment_token() {
    let database = Database::in_memory().unwrap();
    let order = place(&database).await;
    let book = SqliteOrderBook {
        database: database.clone(),
    };
    book.confirm(&order.id, at(1_700_000_000_500)).await.unwrap();
    let correlation_id = CorrelationId::parse("request-2").unwrap();
    SqliteOrderRepository {
        database: database.clone(),
    }
    .begin_cancelling(&order.id, &order.customer, &correlation_id, at(1_700_000_000_600))
    .await
    .unwrap();

    let records = stream(&database, 0).await;
    let placed = json!({
        "pk": {"S": "order#order-1"},
        "kind": {"S": "ORDER"},
        "order_id": {"S": "order-1"},
        "customer_id": {"S": "ann"},
        "created_order": {"S": "1700000000000#order-1"},
        "status": {"S": "PENDING"},
        "open": {"S": "open"},
        "lines": {"S": r#"[{"sku":"MUG-01","quantity":2,"unit_price_minor":1250,"currency":"EUR"}]"#},
        "total_minor": {"N": "2500"},
        "currency": {"S": "EUR"},
        "correlation_id": {"S": "request-1"},
        "created_at": {"N": "1700000000000"},
        "updated_at": {"N": "1700000000000"},
    });
    let mut confirmed = placed.clone();
    confirmed["status"] = json!({"S": "CONFIRMED"});
    confirmed["updated_at"] = json!({"N": "1700000000500"});
    confirmed.as_object_mut().unwrap().remove("open");
    let mut cancelling = placed.clone();
    cancelling["status"] = json!({"S": "CANCELLING"});
    cancelling["updated_at"] = json!({"N": "1700000000600"});
    cancelling["cancel_correlation_id"] = json!({"S": "request-2"});
    let record = |index: usize, event_name: &str, old_image, new_image| StreamRecord {
        sequence: records[index].sequence,
        event_name: event_name.to_owned(),
        keys: json!({"pk": {"S": "order#order-1"}}),
        new_image: Some(new_image),
        old_image,
        at_ms: records[index].at_ms,
    };
    assert_eq!(
        records,
        [
            record(0, "INSERT", None, placed.clone()),
            record(1, "MODIFY", Some(placed), confirmed.clone()),
            record(2, "MODIFY", Some(confirmed), cancelling),
        ]
    );
    assert!(!format!("{records:?}").contains("tok_secret"));
}

#[tokio::test]
async fn a_parked_order_says_why() {
    let database = Database::in_memory().unwrap();
    let order = place(&database).await;
    let parking = Parking {
        execution: "order-1".to_owned(),
        error: "States.Timeout".to_owned(),
        cause: "took too long".to_owned(),
    };
    SqliteOrderBook {
        database: database.clone(),
    }
    .park(&order.id, SagaKind::Order, &parking, at(1))
    .await
    .unwrap();
    let parked = stream(&database, 1).await.remove(0).new_image.unwrap();
    for (name, value) in [
        ("status", "PARKED"),
        ("parked_from", "PENDING"),
        ("parking_execution", "order-1"),
        ("parking_error", "States.Timeout"),
        ("parking_cause", "took too long"),
    ] {
        assert_eq!(parked[name], json!({"S": value}), "{name}");
    }
}

#[tokio::test]
async fn sequences_go_on_after_old_records_are_forgotten() {
    let database = Database::in_memory().unwrap();
    let order = place(&database).await;
    let first = stream(&database, 0).await.remove(0).sequence;
    let forget = |connection: &rusqlite::Connection| order_stream::forget_before(connection, i64::MAX);
    assert_eq!(database.call("forget stream records", forget).await.unwrap(), 1);
    SqliteOrderBook {
        database: database.clone(),
    }
    .confirm(&order.id, at(2))
    .await
    .unwrap();
    let records = stream(&database, first).await;
    assert_eq!(records.len(), 1);
    assert!(records[0].sequence > first);
}

#[tokio::test]
async fn a_batch_ends_before_a_row_that_cannot_be_decoded_and_names_it() {
    let database = Database::in_memory().unwrap();
    let read = database.call("damage the stream", |connection| {
        for (keys, image) in [("{}", Some("{}")), ("{", None), ("{}", Some("[")), ("{}", None)] {
            connection.execute(
                "INSERT INTO order_stream (event_name, keys, new_image, at) VALUES ('INSERT', ?1, ?2, 1)",
                rusqlite::params![keys, image],
            )?;
        }
        connection.execute(
            "UPDATE order_stream SET event_name = CAST(x'ff' AS TEXT) WHERE sequence = 4",
            [],
        )?;
        let mut found = Vec::new();
        for from in 0..4 {
            let batch = order_stream::after(connection, from, 10)?;
            found.push((batch.records.len(), batch.undecodable.map(|row| row.sequence)));
        }
        Ok(found)
    });
    assert_eq!(
        read.await.unwrap(),
        [(1, Some(2)), (0, Some(2)), (0, Some(3)), (0, Some(4))]
    );
}
