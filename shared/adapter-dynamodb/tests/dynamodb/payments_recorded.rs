//! Tests how the payment records and the sandbox gateway handle lost answers and lost races.

use std::time::Duration;

use adapter_dynamodb::gateway::DynamoSandboxGateway;
use adapter_dynamodb::payment_results::DynamoPaymentResults;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::table::Table;
use domain::fulfilment::payment_results::{PaymentResults, PaymentVerdict, WaitToken};
use domain::fulfilment::ports::{
    Authorization, Capture, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Void,
};
use domain::ports::PortFailure;
use serde_json::{Value, json};

use crate::recorded::{Answer, Recorded, canceled, condition_failed, conflict, failed_over, no_reason, throttled};
use crate::samples::{clock, euros, now, order, token};

/// Times that the gateway reads a payment which others keep changing.
const RACES: usize = 6;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

fn gateway(recorded: &Recorded) -> DynamoSandboxGateway {
    DynamoSandboxGateway {
        table: Table::new(&recorded.config, "gateway"),
        clock: clock(),
        answer_timeout: ANSWER_TIMEOUT,
    }
}

/// A payment that is in this state since its first change.
fn payment(state: &str) -> Value {
    json!({
        "pk": { "S": "payment#order-1" },
        "revision": { "N": "1" },
        "state": { "S": state },
        "refuses_capture": { "BOOL": false },
        "failures": { "N": "0" },
        "amount_minor": { "N": "500" },
        "currency": { "S": "EUR" },
    })
}

fn read(state: &str) -> Answer {
    Answer::Success(json!({ "Item": payment(state) }))
}

fn operations(recorded: &Recorded) -> Vec<String> {
    recorded.sent().into_iter().map(|sent| sent.operation).collect()
}

async fn authorize(recorded: &Recorded, text: &str) -> Result<Authorization, PortFailure> {
    gateway(recorded).authorize(&order(1), euros(500), &token(text)).await
}

async fn record(recorded: &Recorded) -> Result<(), PortFailure> {
    let records = DynamoPaymentRecords {
        table: Table::new(&recorded.config, "payments"),
    };
    let record = PaymentRecord {
        state: PaymentState::Captured,
        amount: euros(500),
        at: now(),
    };
    records.record(&order(1), record).await
}

#[tokio::test]
async fn a_record_is_one_write_that_cannot_go_back() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    record(&recorded).await.unwrap();
    let [sent] = recorded.sent().try_into().unwrap();
    assert_eq!(sent.operation, "UpdateItem");
    let expected = json!({
        "TableName": "payments",
        "Key": { "pk": { "S": "payment#order-1" } },
        "ConditionExpression": "attribute_not_exists(#rank) OR #rank < :rank",
        "UpdateExpression":
            "SET #rank = :rank, #state = :state, amount_minor = :amount, currency = :currency, noted_at = :at, \
             expires_at = :expires",
        "ExpressionAttributeNames": { "#rank": "rank", "#state": "state" },
        "ExpressionAttributeValues": {
            ":rank": { "N": "30" },
            ":state": { "S": "CAPTURED" },
            ":amount": { "N": "500" },
            ":currency": { "S": "EUR" },
            ":at": { "N": "1700000000000" },
            // 90 days later.
            ":expires": { "N": "1707776000" },
        },
    });
    assert_eq!(sent.body, expected);
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_answer_got_lost_is_written() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Dropped,
        2 => throttled(),
        _ => condition_failed(&json!({})),
    });
    record(&recorded).await.unwrap();
    assert_eq!(recorded.sent().len(), 3);
    let refused = Recorded::new(|_sent| Answer::Error(400, "AccessDeniedException", json!({})));
    assert!(!record(&refused).await.unwrap_err().transient);
}

#[tokio::test]
async fn a_payment_and_its_movement_are_one_transaction() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    assert_eq!(authorize(&recorded, "tok_ok").await.unwrap(), Authorization::Authorized);
    let [read, written] = recorded.sent().try_into().unwrap();
    assert_eq!(
        (read.operation.as_str(), &read.body["ConsistentRead"]),
        ("GetItem", &json!(true))
    );
    let stored = json!({
        "TableName": "gateway",
        "Item": payment("AUTHORIZED"),
        "ConditionExpression": "attribute_not_exists(pk) OR revision = :before",
        "ExpressionAttributeValues": { ":before": { "N": "0" } },
    });
    let entered = json!({
        "TableName": "gateway",
        "Item": {
            "pk": { "S": "entry#order-1#1" },
            "payment": { "S": "order-1" },
            "revision": { "N": "1" },
            "event": { "S": "AUTHORIZED" },
            "entered_at": { "N": "1700000000000" },
            "amount_minor": { "N": "500" },
            "currency": { "S": "EUR" },
        },
    });
    assert_eq!(
        written.body["TransactItems"],
        json!([{ "Put": stored }, { "Put": entered }])
    );
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let recorded = Recorded::new(|_sent| read("CAPTURED"));
    assert_eq!(authorize(&recorded, "tok_ok").await.unwrap(), Authorization::Authorized);
    assert_eq!(gateway(&recorded).capture(&order(1)).await.unwrap(), Capture::Captured);
    assert_eq!(gateway(&recorded).void(&order(1)).await.unwrap(), Void::AlreadyCaptured);
    assert_eq!(operations(&recorded), ["GetItem"; 3]);
}

#[tokio::test]
async fn who_loses_a_race_decides_anew() {
    // A void was faster than our capture.
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => read("AUTHORIZED"),
        2 => canceled(&[failed_over(None), no_reason()]),
        _ => read("VOIDED"),
    });
    assert_eq!(gateway(&recorded).capture(&order(1)).await.unwrap(), Capture::Closed);
    assert_eq!(operations(&recorded), ["GetItem", "TransactWriteItems", "GetItem"]);
    let written = &recorded.sent()[1].body["TransactItems"][0]["Put"];
    assert_eq!(written["ExpressionAttributeValues"][":before"]["N"], "1");
    assert_eq!(written["Item"]["revision"]["N"], "2");
}

#[tokio::test(start_paused = true)]
async fn races_without_end_are_a_failure_that_may_pass() {
    let recorded = Recorded::new(|sent| match sent.len() % 2 {
        1 => read("AUTHORIZED"),
        _ => canceled(&[failed_over(None), no_reason()]),
    });
    assert!(gateway(&recorded).capture(&order(1)).await.unwrap_err().transient);
    assert_eq!(recorded.sent().len(), RACES * 2);

    let recorded = Recorded::new(|sent| match sent.len() {
        1 => read("AUTHORIZED"),
        _ => canceled(&[conflict(), no_reason()]),
    });
    assert!(gateway(&recorded).capture(&order(1)).await.unwrap_err().transient);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_a_flaky_payment_counts_once_however_often_it_is_written() {
    // Nothing moved, and still a transaction: its token tells our own repetition from somebody else's change.
    let recorded = Recorded::new(|sent| match sent.len() {
        2 => Answer::Dropped,
        _ => Answer::Success(json!({})),
    });
    assert!(authorize(&recorded, "tok_flaky").await.unwrap_err().transient);
    assert_eq!(
        operations(&recorded),
        ["GetItem", "TransactWriteItems", "TransactWriteItems"]
    );
    let sent = recorded.sent();
    assert_eq!(sent[1].body, sent[2].body);
    assert_eq!(sent[1].body["TransactItems"][0]["Put"]["Item"]["failures"]["N"], "1");
    assert!(sent[1].body["ClientRequestToken"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_waited_for_and_remembers_nothing() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    let started = tokio::time::Instant::now();
    assert!(authorize(&recorded, "tok_down").await.unwrap_err().transient);
    assert_eq!(started.elapsed(), ANSWER_TIMEOUT);
    assert_eq!(operations(&recorded), ["GetItem"]);
}

#[tokio::test]
async fn the_ledger_is_read_to_its_last_page() {
    let entry = |number: usize, event: &str, at: &str| {
        json!({
            "payment": { "S": format!("order-{number}") },
            "revision": { "N": "1" },
            "event": { "S": event },
            "entered_at": { "N": at },
        })
    };
    let recorded = Recorded::new(move |sent| {
        Answer::Success(match sent.len() {
            1 => {
                json!({ "Items": [entry(2, "VOIDED", "9")], "LastEvaluatedKey": { "pk": { "S": "entry#order-2#1" } } })
            }
            // A filtered page may be empty and still not be the last.
            2 => json!({ "Items": [], "LastEvaluatedKey": { "pk": { "S": "payment#order-2" } } }),
            _ => json!({ "Items": [entry(1, "VOIDED", "8")] }),
        })
    });
    let ledger = gateway(&recorded).ledger().await.unwrap();
    let payments: Vec<_> = ledger.into_iter().map(|entry| entry.payment).collect();
    assert_eq!(payments, [order(1), order(2)]);
    assert_eq!(operations(&recorded), ["Scan"; 3]);
    assert_eq!(
        recorded.sent()[2].body["ExclusiveStartKey"]["pk"]["S"],
        "payment#order-2"
    );
}

#[tokio::test]
async fn damaged_books_are_a_failure_for_good() {
    for attribute in ["revision", "state", "refuses_capture", "failures", "currency"] {
        let mut item = payment("AUTHORIZED");
        item[attribute] = json!({ "S": "?" });
        let recorded = Recorded::new(move |_sent| Answer::Success(json!({ "Item": item })));
        let failure = gateway(&recorded).void(&order(1)).await.unwrap_err();
        assert!(!failure.transient, "{attribute}");
        assert_eq!(operations(&recorded), ["GetItem"], "{attribute}");
    }
}

#[tokio::test]
async fn a_wait_and_a_verdict_are_one_update_each_that_returns_what_the_other_stored() {
    let recorded = Recorded::new(|sent| {
        Answer::Success(match sent.len() {
            1 => json!({ "Attributes": { "tokens": { "SS": ["token-1"] } } }),
            _ => json!({ "Attributes": { "tokens": { "SS": ["token-1"] }, "verdict": { "S": "DECLINED" } } }),
        })
    });
    let results = DynamoPaymentResults {
        table: Table::new(&recorded.config, "payments"),
    };
    let token = WaitToken::parse("token-1").unwrap();
    assert_eq!(results.wait(&order(1), &token, now()).await.unwrap(), None);
    let stored = results
        .record(&order(1), PaymentVerdict::Declined, now())
        .await
        .unwrap();
    assert_eq!(
        (stored.verdict, stored.waiting),
        (PaymentVerdict::Declined, vec![token.clone()])
    );
    let found = results.wait(&order(1), &token, now()).await.unwrap();
    assert_eq!(found, Some(PaymentVerdict::Declined));

    assert_eq!(operations(&recorded), ["UpdateItem"; 3]);
    let sent = recorded.sent();
    let key = json!({ "pk": { "S": "result#order-1" } });
    let expires = json!({ "N": "1707776000" });
    assert_eq!(sent[0].body["Key"], key);
    assert_eq!(
        sent[0].body["UpdateExpression"],
        "SET expires_at = :expires ADD tokens :token"
    );
    let values = json!({ ":expires": expires, ":token": { "SS": ["token-1"] } });
    assert_eq!(sent[0].body["ExpressionAttributeValues"], values);
    assert_eq!(
        sent[1].body["UpdateExpression"],
        "SET verdict = if_not_exists(verdict, :verdict), expires_at = :expires"
    );
    assert!(sent.iter().all(|sent| sent.body["ReturnValues"] == "ALL_NEW"));
}

#[tokio::test]
async fn a_damaged_result_is_a_failure_for_good() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({ "Attributes": { "verdict": { "S": "?" } } })));
    let results = DynamoPaymentResults {
        table: Table::new(&recorded.config, "payments"),
    };
    let verdict = PaymentVerdict::Authorized;
    assert!(!results.record(&order(1), verdict, now()).await.unwrap_err().transient);
}

#[tokio::test]
async fn a_payment_that_is_answered_later_is_stored_as_such() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    assert_eq!(
        authorize(&recorded, "tok_later_ok").await.unwrap(),
        Authorization::Pending
    );
    let written = &recorded.sent()[1].body["TransactItems"][0]["Put"]["Item"];
    assert_eq!(written["answers_later"], json!({ "BOOL": true }));

    let mut stored = payment("AUTHORIZED");
    stored["answers_later"] = json!({ "BOOL": true });
    let recorded = Recorded::new(move |_sent| Answer::Success(json!({ "Item": stored })));
    assert_eq!(
        authorize(&recorded, "tok_later_ok").await.unwrap(),
        Authorization::Pending
    );
    assert_eq!(operations(&recorded), ["GetItem"]);
}
