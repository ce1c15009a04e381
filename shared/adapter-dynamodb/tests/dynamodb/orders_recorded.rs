//! Tests what the order ports send, and how they interpret lost, refused and empty answers.

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::orders::DynamoOrderRepository;
use adapter_dynamodb::table::Table;
use domain::fulfilment::ports::OrderBook;
use domain::orders::order::{Order, OrderLine};
use domain::orders::ports::{
    CancelOutcome, Fence, IdempotencyCompletion, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome,
    RecordedReply,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, OrderId, OrderLines, OrderStatus, Quantity, Sku, Timestamp};
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples::{self, anns_order, at, euros};
use serde_json::{Value, json};

use crate::recorded::{
    Answer, Recorded, Sent, canceled, condition_failed, conflict, failed_over, no_reason, throttled,
};

/// More than other calls get: to meet another transaction is no sign of trouble.
const TRANSACTION_ATTEMPTS: usize = 8;

/// In the table it is [`stored`].
pub(crate) fn order() -> Order {
    let cheese = OrderLine {
        sku: Sku::parse("Käse 1").unwrap(),
        quantity: Quantity::new(2).unwrap(),
        unit_price: euros(125),
    };
    Order {
        lines: OrderLines::new(vec![cheese]).unwrap(),
        total: euros(250),
        ..anns_order()
    }
}

/// The order's item as it lies in the table once it stands here.
pub(crate) fn stored(status: OrderStatus) -> Value {
    json!({
        "pk": { "S": "order#order-1" },
        "kind": { "S": "ORDER" },
        "order_id": { "S": "order-1" },
        "customer_id": { "S": "ann" },
        "created_order": { "S": "1700000000000#order-1" },
        "status": { "S": status.as_str() },
        "lines": { "S": r#"[{"sku":"Käse 1","quantity":2,"unit_price_minor":125,"currency":"EUR"}]"# },
        "total_minor": { "N": "250" },
        "currency": { "S": "EUR" },
        "payment_token": { "S": "tok_ok" },
        "correlation_id": { "S": "request-1" },
        "created_at": { "N": "1700000000000" },
        "updated_at": { "N": "1700000000000" },
    })
}

fn repository(recorded: &Recorded) -> DynamoOrderRepository {
    DynamoOrderRepository {
        table: Table::new(&recorded.config, "orders"),
    }
}

fn completion() -> IdempotencyCompletion {
    let claim = samples::claim(&order().customer, "key-1", 0, at(0));
    IdempotencyCompletion {
        reply: RecordedReply(b"accepted".to_vec()),
        ..samples::completion(&claim, Fence(7))
    }
}

async fn place(recorded: &Recorded) -> Result<PlaceOutcome, PortFailure> {
    repository(recorded).place(&order(), &completion()).await
}

fn tokens(sent: &[Sent]) -> Vec<&str> {
    sent.iter()
        .map(|sent| sent.body["ClientRequestToken"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_order_and_its_completed_key_are_one_transaction() {
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    assert_eq!(place(&recorded).await.unwrap(), PlaceOutcome::Placed);
    let mut item = stored(OrderStatus::Pending);
    item["open"] = json!({ "S": "open" });
    item["open_shard"] = json!({ "S": "open#047" });
    item["history"] = json!({ "L": [{ "S": "1700000000000 PENDING customer" }] });
    let sent = recorded.sent();
    let [Sent { operation, body }] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    assert_eq!(operation, "TransactWriteItems");
    assert_eq!(
        body["TransactItems"],
        json!([
            { "Update": {
                "TableName": "orders",
                "Key": { "pk": { "S": "idempotency#ann place-order key-1" } },
                "ConditionExpression":
                    "fence = :fence AND attribute_exists(payload_hash) AND attribute_not_exists(reply)",
                "UpdateExpression": "SET order_id = :order, reply = :reply",
                "ExpressionAttributeValues": {
                    ":fence": { "N": "7" },
                    ":order": { "S": "order-1" },
                    ":reply": { "B": "YWNjZXB0ZWQ=" },
                },
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            } },
            { "Put": {
                "TableName": "orders",
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk)",
            } },
        ])
    );
}

#[tokio::test]
async fn the_trace_of_a_request_is_stored_beside_the_order_that_it_changes() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Attributes": stored(OrderStatus::Cancelling) })));
    let traced = DynamoOrderRepository {
        table: Table::new(&recorded.config, "orders").with_trace_header(|| Some("Root=1".to_owned())),
    };
    traced.place(&order(), &completion()).await.unwrap();
    let request = CorrelationId::parse("request-2").unwrap();
    traced
        .begin_cancelling(&order().id, &order().customer, &request, at(1))
        .await
        .unwrap();
    let sent = recorded.sent();
    let placed = &sent[0].body["TransactItems"][1]["Put"]["Item"];
    assert_eq!(placed["trace_header"], json!({ "S": "Root=1" }));
    let cancelled = &sent[1].body;
    let change = cancelled["UpdateExpression"].as_str().unwrap();
    assert!(change.contains(", cancel_trace_header = :trace "), "{change}");
    assert!(change.ends_with(" REMOVE payment_token"), "{change}");
    assert_eq!(
        cancelled["ExpressionAttributeValues"][":trace"],
        json!({ "S": "Root=1" })
    );
}

#[tokio::test(start_paused = true)]
async fn a_transaction_whose_answer_got_lost_is_repeated_under_its_token() {
    let losses = [
        || Answer::Dropped,
        || Answer::Error(500, "InternalServerError", json!({})),
    ];
    for lost in losses {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => lost(),
            _ => Answer::Success(json!({})),
        });
        assert_eq!(place(&recorded).await.unwrap(), PlaceOutcome::Placed);
        let sent = recorded.sent();
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0], sent[1], "the token is part of the body");
        assert!(!tokens(&sent)[0].is_empty());
    }
}

#[tokio::test]
async fn a_completed_key_tells_whether_it_was_this_order() {
    let record = |order: &str| json!({ "fence": { "N": "7" }, "order_id": { "S": order }, "reply": { "B": "" } });
    let cases = [
        (Some(record("order-1")), PlaceOutcome::Placed),
        (Some(record("order-2")), PlaceOutcome::LeaseLost),
        (Some(json!({ "fence": { "N": "8" } })), PlaceOutcome::LeaseLost),
        (None, PlaceOutcome::LeaseLost),
    ];
    for (record, expected) in cases {
        let reasons = [failed_over(record.as_ref()), no_reason()];
        let recorded = Recorded::new(move |_| canceled(&reasons));
        assert_eq!(place(&recorded).await.unwrap(), expected, "{record:?}");
        assert_eq!(recorded.sent().len(), 1, "what is decided is not repeated");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_met_another_is_repeated_a_few_times() {
    let met_another = || canceled(&[conflict(), no_reason()]);
    let recorded = Recorded::new(move |sent| match sent.len() {
        1 | 2 => met_another(),
        _ => Answer::Success(json!({})),
    });
    assert_eq!(place(&recorded).await.unwrap(), PlaceOutcome::Placed);
    assert_eq!(recorded.sent().len(), 3);

    let recorded = Recorded::new(move |_| met_another());
    let failure = place(&recorded).await.unwrap_err();
    assert!(failure.transient, "{failure:?}");
    assert_eq!(recorded.sent().len(), TRANSACTION_ATTEMPTS);
}

#[tokio::test]
async fn an_order_whose_id_is_taken_is_no_lost_lease() {
    let recorded = Recorded::new(|_| canceled(&[no_reason(), failed_over(None)]));
    let failure = place(&recorded).await.unwrap_err();
    assert!(!failure.transient, "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_order_is_tried_again_and_then_left_to_who_has_time() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => throttled(),
        _ => Answer::Success(json!({ "Item": stored(OrderStatus::Pending) })),
    });
    let found = repository(&recorded).find(&order().id).await.unwrap();
    assert_eq!(found, Some(order()));
    assert_eq!(recorded.sent()[1].body["ConsistentRead"], json!(true));

    let recorded = Recorded::new(|_| throttled());
    let failure = repository(&recorded).find(&order().id).await.unwrap_err();
    assert!(failure.transient, "{failure:?}");
    assert_eq!(recorded.sent().len(), ATTEMPTS_MAX as usize);
}

#[tokio::test]
async fn an_item_that_is_damaged_is_a_failure_for_good() {
    for attribute in ["lines", "status", "total_minor", "updated_at"] {
        let mut item = stored(OrderStatus::Pending);
        item[attribute] = json!({ "S": "" });
        let recorded = Recorded::new(move |_| Answer::Success(json!({ "Item": item.clone() })));
        let failure = repository(&recorded).find(&order().id).await.unwrap_err();
        assert!(!failure.transient, "{attribute}");
        assert!(failure.source.unwrap().to_string().contains(attribute));
    }
}

#[tokio::test]
async fn a_list_goes_on_behind_its_position_even_after_an_empty_page() {
    let recorded = Recorded::new(|_| {
        Answer::Success(json!({
            "Items": [],
            "LastEvaluatedKey": {
                "pk": { "S": "order#order-9" },
                "customer_id": { "S": "ann" },
                "created_order": { "S": "1700000005000#order-9" },
            },
        }))
    });
    let query = OrderQuery {
        customer: order().customer,
        status: Some(OrderStatus::Parked),
        after: Some(OrderPosition {
            created_at: Timestamp::from_unix_ms(12),
            id: order().id,
        }),
        limit: 20,
    };
    let page = repository(&recorded).list(&query).await.unwrap();
    assert!(page.orders.is_empty());
    let next = OrderPosition {
        created_at: at(5),
        id: OrderId::parse("order-9").unwrap(),
    };
    assert_eq!(page.next, Some(next));
    let sent = recorded.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].body,
        json!({
            "TableName": "orders",
            "IndexName": "by-customer",
            "KeyConditionExpression": "customer_id = :customer",
            "FilterExpression": "#status = :status",
            "ExpressionAttributeNames": { "#status": "status" },
            "ExpressionAttributeValues": { ":customer": { "S": "ann" }, ":status": { "S": "PARKED" } },
            "ExclusiveStartKey": {
                "pk": { "S": "order#order-1" },
                "customer_id": { "S": "ann" },
                "created_order": { "S": "0000000000012#order-1" },
            },
            "ScanIndexForward": false,
            "Limit": 20,
        })
    );
}

pub(crate) async fn cancel(recorded: &Recorded) -> CancelOutcome {
    let request = CorrelationId::parse("request-2").unwrap();
    let repository = repository(recorded);
    let outcome = repository
        .begin_cancelling(&order().id, &order().customer, &request, at(9))
        .await;
    outcome.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_cancel_whose_answer_got_lost_finds_its_order_cancelling() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Dropped,
        _ => condition_failed(&stored(OrderStatus::Cancelling)),
    });
    let cancelling = Order {
        status: OrderStatus::Cancelling,
        ..order()
    };
    assert_eq!(cancel(&recorded).await, CancelOutcome::Cancelling(cancelling));
}

#[tokio::test]
async fn anothers_order_is_not_found_though_the_answer_shows_it() {
    let mut item = stored(OrderStatus::Confirmed);
    item["customer_id"] = json!({ "S": "bob" });
    let recorded = Recorded::new(move |_| condition_failed(&item));
    assert_eq!(cancel(&recorded).await, CancelOutcome::NotFound);
}

#[tokio::test]
async fn a_damaged_history_fails_its_reader_and_not_the_readers_of_the_order() {
    for damaged in [
        json!({ "S": "1 PENDING customer" }),
        json!({ "L": [{ "S": "1 PENDING a_newer_actor" }] }),
    ] {
        let mut item = stored(OrderStatus::Pending);
        item["history"] = damaged;
        let recorded = Recorded::new(move |_| Answer::Success(json!({ "Item": item })));
        let failure = repository(&recorded).history(&order().id).await.unwrap_err();
        assert!(!failure.transient, "{failure:?}");
        assert_eq!(repository(&recorded).find(&order().id).await.unwrap(), Some(order()));
        let book = DynamoOrderBook {
            table: Table::new(&recorded.config, "orders"),
        };
        assert!(OrderBook::find(&book, &order().id).await.unwrap().is_some());
    }
}
