//! Tests what the stock ledger sends, and how it handles lost answers and concurrent writes to the same products.

use std::collections::BTreeSet;

use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use domain::fulfilment::ports::{Reservation, StockLedger};
use domain::ports::PortFailure;
use domain::values::OrderLines;
use serde_json::{Value, json};

use crate::recorded::{Answer, Recorded, Sent, canceled, condition_failed, conflict, failed_over, no_reason};
use crate::samples::{line, now, order, sku};

/// Attempts of one transaction that keeps meeting others.
const ATTEMPTS: usize = 8;

fn ledger(recorded: &Recorded) -> DynamoStockLedger {
    DynamoStockLedger {
        table: Table::new(&recorded.config, "products"),
    }
}

/// Three mugs and two tees.
async fn reserve(recorded: &Recorded) -> Result<Reservation, PortFailure> {
    let lines = OrderLines::new(vec![line(&sku("TEE"), 2), line(&sku("MUG"), 3)]).unwrap();
    ledger(recorded).reserve(&order(1), &lines, now()).await
}

fn reservation(state: &str) -> Value {
    json!({
        "pk": { "S": "reservation#order-1" },
        "state": { "S": state },
        "units": { "M": { "MUG": { "N": "3" }, "TEE": { "N": "2" } } },
        "updated_at": { "N": "1700000000000" },
    })
}

fn read(state: &str) -> Answer {
    Answer::Success(json!({ "Item": reservation(state) }))
}

fn operations(recorded: &Recorded) -> Vec<String> {
    recorded.sent().into_iter().map(|sent| sent.operation).collect()
}

/// The change that a part of a transaction makes to a product: its key, and the units added to available and reserved.
fn additions(sent: &Sent) -> Vec<(String, i64, i64)> {
    let parts = sent.body["TransactItems"].as_array().unwrap().iter().skip(1);
    let additions = parts.map(|part| {
        let update = &part["Update"];
        assert_eq!(
            update["UpdateExpression"],
            "ADD available :available, reserved :reserved"
        );
        let value = |name: &str| {
            update["ExpressionAttributeValues"][name]["N"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap()
        };
        let key = update["Key"]["pk"]["S"].as_str().unwrap().to_owned();
        (key, value(":available"), value(":reserved"))
    });
    additions.collect()
}

fn of_products(mugs: (i64, i64), tees: (i64, i64)) -> Vec<(String, i64, i64)> {
    vec![
        ("product#MUG".to_owned(), mugs.0, mugs.1),
        ("product#TEE".to_owned(), tees.0, tees.1),
    ]
}

#[tokio::test]
async fn a_reservation_is_one_transaction_under_conditions() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    assert_eq!(reserve(&recorded).await.unwrap(), Reservation::Reserved);
    let [sent] = recorded.sent().try_into().unwrap();
    assert_eq!(sent.operation, "TransactWriteItems");
    let parts = &sent.body["TransactItems"];
    let expected = json!({
        "TableName": "products",
        "Item": reservation("RESERVED"),
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(parts[0]["Put"], expected);
    assert_eq!(additions(&sent), of_products((-3, 3), (-2, 2)));
    for (part, units) in [(&parts[1]["Update"], "3"), (&parts[2]["Update"], "2")] {
        assert_eq!(part["ConditionExpression"], "available >= :units");
        assert_eq!(part["ExpressionAttributeValues"][":units"]["N"], units);
    }
}

#[tokio::test]
async fn what_an_earlier_attempt_did_is_read_from_its_reservation() {
    for (state, expected) in [
        ("RESERVED", Reservation::Reserved),
        ("COMMITTED", Reservation::Reserved),
        ("CLOSED", Reservation::Closed),
    ] {
        // That its own units are missing now is no shortage.
        let recorded = Recorded::new(move |_sent| {
            canceled(&[failed_over(Some(&reservation(state))), failed_over(None), no_reason()])
        });
        assert_eq!(reserve(&recorded).await.unwrap(), expected, "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reservation_whose_answer_got_lost_is_a_reservation() {
    // As within ten minutes, by the token, and as later, by the reservation.
    for later in [false, true] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => Answer::Dropped,
            2 => Answer::Error(500, "InternalServerError", json!({})),
            _ if later => canceled(&[failed_over(Some(&reservation("RESERVED"))), no_reason(), no_reason()]),
            _ => Answer::Success(json!({})),
        });
        assert_eq!(reserve(&recorded).await.unwrap(), Reservation::Reserved);
        let tokens: BTreeSet<String> = recorded
            .sent()
            .iter()
            .map(|sent| sent.body["ClientRequestToken"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!((recorded.sent().len(), tokens.len()), (3, 1));
    }
}

#[tokio::test]
async fn a_shortage_names_the_products_by_their_place_in_the_transaction() {
    let (mug, tee) = (sku("MUG"), sku("TEE"));
    for (reasons, short) in [
        ([no_reason(), failed_over(None), no_reason()], vec![mug.clone()]),
        ([no_reason(), no_reason(), failed_over(None)], vec![tee.clone()]),
        ([no_reason(), failed_over(None), failed_over(None)], vec![mug, tee]),
    ] {
        let recorded = Recorded::new(move |_sent| canceled(&reasons));
        assert_eq!(reserve(&recorded).await.unwrap(), Reservation::OutOfStock(short));
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_at_a_product_delays_a_reservation_but_does_not_fail_it() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1..ATTEMPTS => canceled(&[no_reason(), conflict(), no_reason()]),
        _ => Answer::Success(json!({})),
    });
    assert_eq!(reserve(&recorded).await.unwrap(), Reservation::Reserved);
}

#[tokio::test(start_paused = true)]
async fn crowds_without_end_are_failures_that_may_pass_however_many_there_were_before() {
    // More than the SDK's quota of retries would bear.
    let before = std::time::Duration::from_secs(4);
    for _ in 0..50 {
        let recorded = Recorded::new(|_sent| canceled(&[no_reason(), no_reason(), conflict()]));
        let started = tokio::time::Instant::now();
        assert!(reserve(&recorded).await.unwrap_err().transient);
        assert_eq!(recorded.sent().len(), ATTEMPTS);
        assert!(started.elapsed() < before);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_short_for_certain_while_others_are_at_the_reservation() {
    // Another attempt for the same order may just be taking those units.
    let recorded = Recorded::new(|_sent| canceled(&[conflict(), failed_over(None), no_reason()]));
    assert!(reserve(&recorded).await.unwrap_err().transient);
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => canceled(&[conflict(), failed_over(None), no_reason()]),
        _ => canceled(&[
            failed_over(Some(&reservation("RESERVED"))),
            failed_over(None),
            no_reason(),
        ]),
    });
    assert_eq!(reserve(&recorded).await.unwrap(), Reservation::Reserved);
}

#[tokio::test]
async fn a_transaction_that_can_never_be_is_a_failure_for_good() {
    let invalid = json!({ "Code": "ValidationError", "Message": "Type mismatch for attribute" });
    let recorded = Recorded::new(move |_sent| canceled(&[no_reason(), invalid.clone(), no_reason()]));
    assert!(!reserve(&recorded).await.unwrap_err().transient);
    // A damaged reservation is neither closed nor reserved: the adapter must not guess.
    for damaged in [reservation("LOST"), json!({ "pk": { "S": "reservation#order-1" } })] {
        let recorded = Recorded::new(move |_sent| canceled(&[failed_over(Some(&damaged)), no_reason(), no_reason()]));
        assert!(!reserve(&recorded).await.unwrap_err().transient);
    }
}

#[tokio::test]
async fn a_commit_takes_what_was_reserved_once() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => read("RESERVED"),
        _ => Answer::Success(json!({})),
    });
    ledger(&recorded).commit(&order(1), now()).await.unwrap();
    let sent = recorded.sent();
    assert_eq!(operations(&recorded), ["GetItem", "TransactWriteItems"]);
    assert_eq!(sent[0].body["ConsistentRead"], true);
    let moving = &sent[1].body["TransactItems"][0]["Update"];
    assert_eq!(moving["ConditionExpression"], "#state = :from");
    assert_eq!(moving["ExpressionAttributeValues"][":from"]["S"], "RESERVED");
    assert_eq!(moving["ExpressionAttributeValues"][":to"]["S"], "COMMITTED");
    assert_eq!(additions(&sent[1]), of_products((0, -3), (0, -2)));

    for met in ["COMMITTED", "CLOSED"] {
        let recorded = Recorded::new(move |_sent| read(met));
        ledger(&recorded).commit(&order(1), now()).await.unwrap();
        assert_eq!(operations(&recorded), ["GetItem"], "{met}");
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => read("RESERVED"),
            _ => canceled(&[failed_over(Some(&reservation(met))), no_reason(), no_reason()]),
        });
        ledger(&recorded).commit(&order(1), now()).await.unwrap();
        assert_eq!(operations(&recorded), ["GetItem", "TransactWriteItems"], "{met}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_committed_while_we_looked_is_given_back_as_sold() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => read("RESERVED"),
        2 => canceled(&[failed_over(Some(&reservation("COMMITTED"))), no_reason(), no_reason()]),
        3 => Answer::Dropped,
        _ => canceled(&[failed_over(Some(&reservation("CLOSED"))), no_reason(), no_reason()]),
    });
    ledger(&recorded).give_back(&order(1), now()).await.unwrap();
    let sent = recorded.sent();
    assert_eq!(sent.len(), 4);
    assert_eq!(additions(&sent[1]), of_products((3, -3), (2, -2)));
    assert_eq!(additions(&sent[2]), of_products((3, 0), (2, 0)));
    assert_eq!(sent[2].body, sent[3].body, "repeated as it was, token and all");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_holds_nothing_is_closed_even_if_nobody_hears_of_it() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Success(json!({})),
        2 => Answer::Dropped,
        _ => condition_failed(&reservation("CLOSED")),
    });
    ledger(&recorded).give_back(&order(1), now()).await.unwrap();
    assert_eq!(operations(&recorded), ["GetItem", "PutItem", "PutItem"]);
    let put = &recorded.sent()[1].body;
    assert_eq!(put["ConditionExpression"], "attribute_not_exists(pk)");
    assert_eq!(put["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
    assert_eq!(put["Item"]["state"]["S"], "CLOSED");
    assert_eq!(put["Item"]["units"], json!({ "M": {} }));
}

#[tokio::test]
async fn a_reservation_that_arrived_while_we_looked_is_given_back() {
    let recorded = Recorded::new(|sent| match sent.len() {
        2 => condition_failed(&reservation("RESERVED")),
        _ => Answer::Success(json!({})),
    });
    ledger(&recorded).give_back(&order(1), now()).await.unwrap();
    assert_eq!(operations(&recorded), ["GetItem", "PutItem", "TransactWriteItems"]);
    assert_eq!(additions(&recorded.sent()[2]), of_products((3, -3), (2, -2)));
}

/// The time to live of the item of a reservation.
fn expiry(recorded: &Recorded) -> Value {
    let sent = recorded.sent().pop().unwrap();
    let part = &sent.body["TransactItems"][0];
    let put = [&sent.body["Item"], &part["Put"]["Item"]];
    let update = &part["Update"]["ExpressionAttributeValues"][":expires"];
    put.map(|item| &item["expires_at"])
        .into_iter()
        .find(|value| !value.is_null())
        .unwrap_or(update)
        .clone()
}

/// An open reservation stays: a cancel gives its units back however late it comes.
#[tokio::test]
async fn only_a_closed_reservation_expires() {
    let in_90_days = json!({ "N": (1_700_000_000 + 90 * 24 * 60 * 60).to_string() });
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    reserve(&recorded).await.unwrap();
    assert_eq!(expiry(&recorded), Value::Null);

    let found = |state: &'static str| {
        Recorded::new(move |sent| match sent.len() {
            1 => read(state),
            _ => Answer::Success(json!({})),
        })
    };
    let recorded = found("RESERVED");
    ledger(&recorded).commit(&order(1), now()).await.unwrap();
    assert_eq!(expiry(&recorded), Value::Null);
    for state in ["RESERVED", "COMMITTED"] {
        let recorded = found(state);
        ledger(&recorded).give_back(&order(1), now()).await.unwrap();
        assert_eq!(expiry(&recorded), in_90_days, "{state}");
    }
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    ledger(&recorded).give_back(&order(1), now()).await.unwrap();
    assert_eq!(expiry(&recorded), in_90_days, "nothing was reserved");
}
