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

/// Whether an order is PARKED decides the actor, so the write has exactly this standing as its condition.
#[tokio::test]
async fn a_parked_order_takes_a_second_write_that_names_the_operator() {
    let mut parked = stored(OrderStatus::Parked);
    parked["parked_from"] = json!({ "S": "PENDING" });
    let recorded = Recorded::new(move |sent| match sent.len() {
        1 => condition_failed(&parked),
        _ => Answer::Success(json!({})),
    });
    assert_eq!(
        book(&recorded).confirm(&order().id, at(9)).await.unwrap(),
        Transition::Done
    );
    let sent = recorded.sent();
    let conditions = sent
        .iter()
        .map(|sent| sent.body["ConditionExpression"].as_str().unwrap());
    assert_eq!(
        conditions.collect::<Vec<_>>(),
        ["#status = :from", "#status = :from AND parked_from = :parked_from"]
    );
    let values = sent.iter().map(|sent| &sent.body["ExpressionAttributeValues"]);
    let froms = values.clone().map(|values| values[":from"]["S"].as_str().unwrap());
    assert_eq!(froms.collect::<Vec<_>>(), ["PENDING", "PARKED"]);
    let events = values.map(|values| values[":event"]["L"][0]["S"].as_str().unwrap());
    assert_eq!(
        events.collect::<Vec<_>>(),
        ["1700000009000 CONFIRMED saga", "1700000009000 CONFIRMED operator"]
    );
}

#[tokio::test]
async fn a_parked_order_that_changes_between_both_writes_keeps_the_other_change() {
    let recorded = Recorded::new(|sent| {
        let mut parked = stored(OrderStatus::Parked);
        parked["parked_from"] = json!({ "S": "PENDING" });
        condition_failed(&if sent.len() == 1 {
            parked
        } else {
            stored(OrderStatus::Rejected)
        })
    });
    let answer = book(&recorded).confirm(&order().id, at(9)).await.unwrap();
    assert_eq!(answer, Transition::Refused(OrderStatus::Rejected));
}

/// Items of earlier releases have no list yet. An update keeps all attributes that it does not name, so a version
/// without histories that changes the order in between loses no event.
#[tokio::test]
async fn an_event_is_appended_in_the_update_that_changes_the_status() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Attributes": stored(OrderStatus::Cancelling) })));
    assert_eq!(changes(&recorded).await, [Transition::Done; 4]);
    cancel(&recorded).await;
    let sent = recorded.sent();
    for sent in &sent {
        let update = sent.body["UpdateExpression"].as_str().unwrap();
        assert!(
            update.contains(", history = list_append(if_not_exists(history, :no_events), :event)"),
            "{update}"
        );
        assert_eq!(sent.body["ExpressionAttributeValues"][":no_events"], json!({ "L": [] }));
    }
    let events = sent.iter().map(|sent| {
        let event = &sent.body["ExpressionAttributeValues"][":event"]["L"][0]["S"];
        event.as_str().unwrap().split_once(' ').unwrap().1.to_owned()
    });
    assert_eq!(
        events.collect::<Vec<_>>(),
        [
            "CONFIRMED saga",
            "REJECTED saga out_of_stock",
            "CANCELLED saga",
            "PARKED saga",
            "CANCELLING customer",
        ]
    );
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
