//! Tests that the ports over the orders table keep their contracts, on a local cloud.

use std::collections::HashMap;
use std::sync::Arc;

use adapter_dynamodb::idempotency::DynamoIdempotencyStore;
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::table::Table;
use aws_sdk_dynamodb::types::{ProjectionType, ScalarAttributeType};
use aws_sdk_dynamodbstreams::types::AttributeValue;
use domain::fulfilment::ports::{OrderBook, Parking, SagaKind};
use domain::orders::ports::OrderRepository;
use domain::ports::{SendClaim, SendLog, SendState};
use domain::values::{CorrelationId, OrderStatus};
use port_contracts::orders::OrderPorts;
use port_contracts::samples::{self, at};
use port_contracts::{idempotency, mail, order_book, orders, parked_orders};
use serde_json::{Value, json};

use crate::cloud::{self, Index};
use crate::order_stream::OrderStream;
use crate::orders_recorded::{order, stored};

/// A table like `OrdersTable` in the template, at the first or the last step of its indexes.
async fn orders_table(step: ShardedIndexes) -> (Table, OrderStream) {
    let by_customer = Index {
        name: "by-customer",
        hash: "customer_id",
        range: ("created_order", ScalarAttributeType::S),
        projection: ProjectionType::All,
    };
    let open_orders = match step {
        ShardedIndexes::Added => Index {
            name: "open-orders",
            hash: "open",
            range: ("updated_at", ScalarAttributeType::N),
            projection: ProjectionType::All,
        },
        ShardedIndexes::Read | ShardedIndexes::Only => Index {
            name: "open-by-shard",
            hash: "open_shard",
            range: ("updated_at", ScalarAttributeType::N),
            projection: ProjectionType::KeysOnly,
        },
    };
    let config = recorded_aws::local_cloud();
    let name = cloud::table(&config, &[by_customer, open_orders]).await;
    let stream = OrderStream::of(&config, &name).await;
    (Table::new(&config, name).with_sharded_indexes(step), stream)
}

const STEPS: [ShardedIndexes; 2] = [ShardedIndexes::Added, ShardedIndexes::Only];

async fn order_ports(step: ShardedIndexes) -> OrderPorts {
    let (table, stream) = orders_table(step).await;
    OrderPorts {
        orders: Arc::new(DynamoOrderRepository { table: table.clone() }),
        keys: Arc::new(DynamoIdempotencyStore { table: table.clone() }),
        book: Arc::new(DynamoOrderBook { table: table.clone() }),
        parked: Arc::new(DynamoOrderBook { table }),
        changes: Arc::new(stream),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn idempotency_keys() {
    let ports = order_ports(ShardedIndexes::Only).await;
    idempotency::idempotency_store(Arc::clone(&ports.keys)).await;
    idempotency::completed_requests(ports.keys, ports.orders).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn orders_and_their_stream() {
    orders::order_repository(&order_ports(ShardedIndexes::Only).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn the_order_book() {
    for step in STEPS {
        order_book::order_book(&order_ports(step).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn parked_orders() {
    for step in STEPS {
        parked_orders::parked_orders(&order_ports(step).await).await;
    }
}

/// The names are promised to the stream's readers, and to the filters in the template.
#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn an_order_shows_in_the_stream_with_all_its_attributes() {
    let (table, stream) = orders_table(ShardedIndexes::Only).await;
    let order = order();
    let keys = DynamoIdempotencyStore { table: table.clone() };
    let orders = DynamoOrderRepository { table: table.clone() };
    samples::place(&orders, &keys, &order).await;
    let parking = Parking {
        execution: "order-1".to_owned(),
        error: "States.Timeout".to_owned(),
        cause: String::new(),
    };
    let book = DynamoOrderBook { table };
    book.park(&order.id, SagaKind::Order, &parking, at(1)).await.unwrap();
    book.confirm(&order.id, at(2)).await.unwrap();
    let request = CorrelationId::parse("request-2").unwrap();
    let cancelling = orders.begin_cancelling(&order.id, &order.customer, &request, at(3));
    cancelling.await.unwrap();

    let images: Vec<Value> = stream.images_of(&order.id).await.iter().map(image_json).collect();
    assert_eq!(images, parked_confirmed_and_cancelled());
}

/// The order's images when it was parked after a second, led on after another, and cancelled after a third.
fn parked_confirmed_and_cancelled() -> [Value; 4] {
    let mut placed = stored(OrderStatus::Pending);
    placed["open"] = json!({ "S": "open" });
    placed["open_shard"] = json!({ "S": "open#047" });
    let mut parked = stored(OrderStatus::Parked);
    parked["updated_at"] = json!({ "N": "1700000001000" });
    parked["parked_from"] = json!({ "S": "PENDING" });
    parked["parking_execution"] = json!({ "S": "order-1" });
    parked["parking_error"] = json!({ "S": "States.Timeout" });
    parked["parking_cause"] = json!({ "S": "" });
    parked["open"] = json!({ "S": "parked" });
    parked["open_shard"] = json!({ "S": "parked#047" });
    let mut confirmed = parked.clone();
    confirmed["status"] = json!({ "S": "CONFIRMED" });
    confirmed["updated_at"] = json!({ "N": "1700000002000" });
    // A confirmed order is charged: it keeps no payment token.
    for gone in ["parked_from", "open", "open_shard", "payment_token"] {
        confirmed.as_object_mut().unwrap().remove(gone);
    }
    let mut cancelling = confirmed.clone();
    cancelling["status"] = json!({ "S": "CANCELLING" });
    cancelling["updated_at"] = json!({ "N": "1700000003000" });
    cancelling["open"] = json!({ "S": "open" });
    cancelling["open_shard"] = json!({ "S": "open#047" });
    cancelling["cancel_correlation_id"] = json!({ "S": "request-2" });
    let events = [
        "1700000000000 PENDING customer",
        "1700000001000 PARKED saga",
        "1700000002000 CONFIRMED operator",
        "1700000003000 CANCELLING customer",
    ];
    let mut images = [placed, parked, confirmed, cancelling];
    for (count, image) in (1..).zip(&mut images) {
        let history = events.iter().take(count).map(|event| json!({ "S": event }));
        image["history"] = json!({ "L": history.collect::<Value>() });
    }
    images
}

fn image_json(image: &HashMap<String, AttributeValue>) -> Value {
    let attributes = image.iter().map(|(name, value)| (name.clone(), value_json(value)));
    Value::Object(attributes.collect())
}

fn value_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::L(items) => json!({ "L": items.iter().map(value_json).collect::<Value>() }),
        other => panic!("an order has no {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn sends() {
    let table = cloud::table(&recorded_aws::local_cloud(), &[]).await;
    mail::send_log(Arc::new(DynamoSendLog {
        table: Table::new(&recorded_aws::local_cloud(), table),
    }))
    .await;
}

#[tokio::test]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn a_claim_is_released_by_nobody_else() {
    let config = recorded_aws::local_cloud();
    let name = cloud::table(&config, &[]).await;
    let [ours, theirs] = [0, 1].map(|_| DynamoSendLog {
        table: Table::new(&config, &name),
    });
    let now = at(0);
    assert_eq!(theirs.claim("order/confirmed", now).await.unwrap(), SendClaim::Granted);
    ours.release("order/confirmed").await.unwrap();
    let claim = ours.claim("order/confirmed", now).await.unwrap();
    assert_eq!(claim, SendClaim::Taken(SendState::Claimed));
    theirs.release("order/confirmed").await.unwrap();
    assert_eq!(ours.claim("order/confirmed", now).await.unwrap(), SendClaim::Granted);
}
