//! Tests that every status change is one conditional write that counts once, even if its answer is lost.

use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::table::Table;
use domain::fulfilment::ports::{
    OrderBook, OverduePosition, OverdueQuery, ParkedOrders, Parking, SagaKind, Transition,
};
use domain::orders::ports::CancelOutcome;
use domain::values::{OrderStatus, RejectionReason};
use port_contracts::samples::at;
use serde_json::{Value, json};

use crate::orders_recorded::{cancel, order, stored};
use crate::recorded::{Answer, Recorded, Sent, condition_failed};

fn book(recorded: &Recorded) -> DynamoOrderBook {
    DynamoOrderBook {
        table: Table::new(&recorded.config, "orders"),
    }
}

/// Every change that `OrderBook` and `begin_cancelling` make, answered by the script.
async fn changes(recorded: &Recorded) -> [Transition; 4] {
    let (book, id) = (book(recorded), order().id);
    let parking = Parking {
        execution: "execution-1".to_owned(),
        error: "States.Timeout".to_owned(),
        cause: String::new(),
    };
    [
        book.confirm(&id, at(9)).await.unwrap(),
        book.reject(&id, RejectionReason::OutOfStock, at(9)).await.unwrap(),
        book.complete_cancel(&id, at(9)).await.unwrap(),
        book.park(&id, SagaKind::Order, &parking, at(9)).await.unwrap(),
    ]
}

/// The functions behind these changes may do nothing but `UpdateItem`.
#[tokio::test]
async fn a_change_is_one_update_whatever_it_finds() {
    let recorded = Recorded::new(|_| condition_failed(&stored(OrderStatus::Confirmed)));
    let refused = Transition::Refused(OrderStatus::Confirmed);
    assert_eq!(
        changes(&recorded).await,
        [Transition::AlreadyDone, refused, refused, refused]
    );
    assert_eq!(cancel(&recorded).await, CancelOutcome::Refused(OrderStatus::Confirmed));
    let sent = recorded.sent();
    assert_eq!(sent.len(), 5);
    for sent in sent {
        assert_eq!(sent.operation, "UpdateItem");
        assert_eq!(sent.body["Key"], json!({ "pk": { "S": "order#order-1" } }));
        assert_eq!(sent.body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_got_lost_is_done() {
    let to = |sent: &Sent| {
        sent.body["ExpressionAttributeValues"][":to"]["S"]
            .as_str()
            .map(OrderStatus::parse)
    };
    let recorded = Recorded::new(move |sent| {
        let current = sent.last().unwrap();
        if sent.len() % 2 == 1 {
            return Answer::Error(500, "InternalServerError", json!({}));
        }
        condition_failed(&stored(to(current).flatten().unwrap()))
    });
    assert_eq!(changes(&recorded).await, [Transition::AlreadyDone; 4]);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_met_a_transaction_is_repeated() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Error(400, "TransactionConflictException", json!({})),
        _ => Answer::Success(json!({})),
    });
    assert_eq!(
        book(&recorded).confirm(&order().id, at(9)).await.unwrap(),
        Transition::Done
    );
    assert_eq!(recorded.sent().len(), 2);
}

#[tokio::test]
async fn a_change_that_is_denied_is_a_failure_for_good() {
    let recorded = Recorded::new(|_| Answer::Error(400, "AccessDeniedException", json!({})));
    let failure = book(&recorded).confirm(&order().id, at(9)).await.unwrap_err();
    assert!(!failure.transient, "{failure:?}");
    assert_eq!(recorded.sent().len(), 1);
}

#[tokio::test]
async fn overdue_orders_are_read_page_by_page_up_to_the_limit() {
    let recorded = Recorded::new(|_| {
        let item = stored(OrderStatus::Pending);
        let key = json!({ "pk": item["pk"], "open": { "S": "open" }, "updated_at": item["updated_at"] });
        Answer::Success(json!({ "Items": [item], "LastEvaluatedKey": key }))
    });
    let query = OverdueQuery {
        before: at(60),
        after: None,
        limit: 3,
    };
    let page = book(&recorded).overdue(&query).await.unwrap();
    assert_eq!((page.orders.len(), page.unreadable), (3, Vec::new()));
    let next = page.next.unwrap();
    assert_eq!((next.updated_at, next.id), (page.orders[2].updated_at, order().id));
    let sent = recorded.sent();
    let limits: Vec<_> = sent.iter().map(|sent| sent.body["Limit"].as_i64().unwrap()).collect();
    assert_eq!(limits, [3, 2, 1]);
    assert_eq!(sent[0].body["ExclusiveStartKey"], Value::Null);
    assert_eq!(
        sent[1].body["ExclusiveStartKey"]["updated_at"],
        json!({ "N": "1700000000000" })
    );
    assert_eq!(
        sent[0].body["KeyConditionExpression"],
        "#open = :open AND updated_at < :before"
    );
}

#[tokio::test]
async fn a_page_of_overdue_orders_begins_behind_a_position() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Items": [] })));
    let after = OverduePosition {
        updated_at: at(7),
        id: order().id,
    };
    let query = OverdueQuery {
        before: at(60),
        after: Some(after),
        limit: 3,
    };
    assert_eq!(book(&recorded).overdue(&query).await.unwrap().next, None);
    let start_key = json!({
        "pk": { "S": "order#order-1" },
        "open": { "S": "open" },
        "updated_at": { "N": at(7).unix_ms().to_string() },
    });
    assert_eq!(recorded.sent()[0].body["ExclusiveStartKey"], start_key);
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_named_and_left_out() {
    let readable = stored(OrderStatus::Pending);
    let mut damaged = readable.clone();
    damaged["pk"] = json!({ "S": "order#order-2" });
    damaged["status"] = json!({ "S": "SHIPPED" });
    let recorded = Recorded::new(move |_| Answer::Success(json!({ "Items": [damaged, readable] })));
    let query = OverdueQuery {
        before: at(60),
        after: None,
        limit: 9,
    };
    let page = book(&recorded).overdue(&query).await.unwrap();
    assert_eq!(page.orders.len(), 1);
    assert_eq!(page.unreadable[0].key, "order#order-2");
    assert_eq!(page.unreadable[0].fault, "the stored item has no readable `status`");
    let listed = ParkedOrders::list(&book(&recorded), 9).await.unwrap();
    assert_eq!((listed.parked.len(), listed.unreadable), (0, page.unreadable));
}

/// The table's stream shows the order's last token once more, in the old image of this change.
#[tokio::test]
async fn every_change_but_parking_removes_the_payment_token() {
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    changes(&recorded).await;
    let removes = |sent: &Sent| {
        sent.body["UpdateExpression"]
            .as_str()
            .unwrap()
            .contains("payment_token")
    };
    let removes: Vec<bool> = recorded.sent().iter().map(removes).collect();
    assert_eq!(removes, [true, true, true, false]);
}
