//! Tests that a claim of an idempotency key or of a mail is granted once, even if its answer is lost.

use adapter_dynamodb::idempotency::DynamoIdempotencyStore;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::table::Table;
use domain::orders::ports::{Fence, IdempotencyClaimed, IdempotencyScope, IdempotencyStore};
use domain::ports::{PortFailure, SendClaim, SendLog, SendState};
use domain::values::{CustomerId, IdempotencyKey, Timestamp};
use lambda::sdk::ATTEMPTS_MAX;
use port_contracts::samples;
use serde_json::{Value, json};

use crate::recorded::{Answer, Recorded, Sent, condition_failed, throttled};

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_700_000_000_001)
}

fn scope() -> IdempotencyScope {
    IdempotencyScope {
        customer: CustomerId::parse("ann").unwrap(),
        operation: "place-order",
        key: IdempotencyKey::parse("key-1").unwrap(),
    }
}

fn keys(recorded: &Recorded) -> DynamoIdempotencyStore {
    DynamoIdempotencyStore {
        table: Table::new(&recorded.config, "orders"),
    }
}

fn sends(recorded: &Recorded) -> DynamoSendLog {
    DynamoSendLog {
        table: Table::new(&recorded.config, "orders"),
    }
}

async fn claim(recorded: &Recorded) -> Result<IdempotencyClaimed, PortFailure> {
    let claim = samples::claim(&scope().customer, scope().key.as_str(), 0, now());
    keys(recorded).claim(&claim).await
}

/// The record that a claim with these values leaves.
fn record(values: &Value) -> Value {
    json!({
        "attempt": values[":attempt"],
        "payload_hash": values[":hash"],
        "lease_until": values[":lease"],
        "expires_at": values[":expires_s"],
        "fence": { "N": "3" },
    })
}

fn values(sent: &Sent) -> &Value {
    &sent.body["ExpressionAttributeValues"]
}

#[tokio::test(start_paused = true)]
async fn a_claim_whose_answer_got_lost_is_granted_to_its_repetition() {
    let losses = [
        || Answer::Dropped,
        || Answer::Error(500, "InternalServerError", json!({})),
    ];
    for lost in losses {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => lost(),
            _ => condition_failed(&record(values(&sent[0]))),
        });
        assert_eq!(claim(&recorded).await.unwrap(), IdempotencyClaimed::Granted(Fence(3)));
        assert_eq!(recorded.sent().len(), 2);
    }
}

#[tokio::test]
async fn another_call_of_the_same_caller_is_another_attempt() {
    let recorded = Recorded::new(|sent| match sent {
        [_] => Answer::Success(json!({ "Attributes": { "fence": { "N": "3" } } })),
        [first, ..] => condition_failed(&record(values(first))),
        [] => panic!("nothing was sent"),
    });
    assert_eq!(claim(&recorded).await.unwrap(), IdempotencyClaimed::Granted(Fence(3)));
    assert_eq!(claim(&recorded).await.unwrap(), IdempotencyClaimed::InProgress);
}

#[tokio::test]
async fn a_claim_is_one_update_that_counts_the_fence() {
    let recorded = Recorded::new(|_| Answer::Success(json!({ "Attributes": { "fence": { "N": "1" } } })));
    claim(&recorded).await.unwrap();
    let sent = recorded.sent();
    assert_eq!(sent.len(), 1);
    let Sent { operation, body } = &sent[0];
    assert_eq!(operation, "UpdateItem");
    assert_eq!(
        body["Key"],
        json!({ "pk": { "S": "idempotency#ann place-order key-1" } })
    );
    assert_eq!(
        body["ConditionExpression"],
        "attribute_not_exists(payload_hash) OR expires_at <= :now_s \
         OR (payload_hash IN (:hash, :legacy_hash) AND attribute_not_exists(reply) AND lease_until <= :now)"
    );
    assert_eq!(
        body["UpdateExpression"],
        "SET kind = :kind, attempt = :attempt, payload_hash = :hash, lease_until = :lease, \
         expires_at = :expires_s REMOVE order_id, reply ADD fence :one"
    );
    assert_eq!(body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
    let values = values(&sent[0]);
    assert_eq!(values[":now_s"], json!({ "N": "1700000000" }), "rounded down");
    assert_eq!(values[":expires_s"], json!({ "N": "1700003601" }), "rounded up");
    assert_eq!(values[":lease"], json!({ "N": "1700000010001" }));
    assert_eq!(values[":one"], json!({ "N": "1" }));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_claim_is_repeated_a_few_times() {
    for busy in [throttled, || {
        Answer::Error(400, "TransactionConflictException", json!({}))
    }] {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => busy(),
            _ => Answer::Success(json!({ "Attributes": { "fence": { "N": "1" } } })),
        });
        assert_eq!(claim(&recorded).await.unwrap(), IdempotencyClaimed::Granted(Fence(1)));
        assert_eq!(recorded.sent().len(), 2);

        let recorded = Recorded::new(move |_| busy());
        let failure = claim(&recorded).await.unwrap_err();
        assert!(failure.transient, "{failure:?}");
        assert_eq!(recorded.sent().len(), ATTEMPTS_MAX as usize);
    }
}

#[tokio::test]
async fn a_damaged_record_grants_nothing() {
    for damaged in [json!({}), json!({ "payload_hash": { "S": "text" } })] {
        let recorded = Recorded::new(move |_| condition_failed(&damaged));
        let failure = claim(&recorded).await.unwrap_err();
        assert!(!failure.transient, "{failure:?}");
    }
}

#[tokio::test]
async fn a_key_is_abandoned_under_its_fence_only() {
    let recorded = Recorded::new(|_| condition_failed(&json!({})));
    keys(&recorded).abandon(&scope(), Fence(3)).await.unwrap();
    let sent = recorded.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].operation, "UpdateItem");
    assert_eq!(
        sent[0].body["ConditionExpression"],
        "fence = :fence AND attribute_not_exists(reply)"
    );
    assert_eq!(values(&sent[0]), &json!({ ":fence": { "N": "3" } }));
}

#[tokio::test(start_paused = true)]
async fn a_send_whose_claim_got_lost_is_granted_to_its_repetition() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Dropped,
        _ => condition_failed(&sent[0].body["Item"]),
    });
    assert_eq!(
        sends(&recorded).claim("order-1/confirmed", now()).await.unwrap(),
        SendClaim::Granted
    );
    let again = sends(&recorded).claim("order-1/confirmed", now()).await.unwrap();
    assert_eq!(
        again,
        SendClaim::Taken(SendState::Claimed),
        "another call is another attempt"
    );
    assert_eq!(
        recorded.sent()[0].body["ConditionExpression"],
        "attribute_not_exists(pk)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_release_whose_answer_got_lost_takes_nobody_elses_claim_away() {
    let recorded = Recorded::new(|sent| match sent.len() {
        1 => Answer::Success(json!({})),
        2 => Answer::Dropped,
        _ => condition_failed(&json!({})),
    });
    let sends = sends(&recorded);
    sends.claim("order-1/confirmed", now()).await.unwrap();
    sends.release("order-1/confirmed").await.unwrap();
    let sent = recorded.sent();
    assert_eq!(sent[0].body["Item"]["holder"], values(&sent[1])[":holder"]);
    assert_eq!(sent[1].operation, "DeleteItem");
    assert_eq!(
        sent[1].body["ConditionExpression"],
        "#state = :claimed AND holder = :holder"
    );
    assert_eq!(sent[1], sent[2]);
}

#[tokio::test]
async fn what_was_sent_stays_sent() {
    let recorded = Recorded::new(|_| condition_failed(&json!({})));
    sends(&recorded)
        .settle("order-1/confirmed", SendState::Ambiguous, now())
        .await
        .unwrap();
    let sent = recorded.sent();
    assert_eq!(sent[0].operation, "UpdateItem");
    assert_eq!(
        sent[0].body["ConditionExpression"],
        "attribute_exists(pk) AND #state <> :sent"
    );
    assert_eq!(values(&sent[0])[":sent"], json!({ "S": "SENT" }));
}

/// 90 days: well after the 14 days in which an execution can be redriven.
#[tokio::test]
async fn a_claim_of_a_mail_expires() {
    let recorded = Recorded::new(|_| Answer::Success(json!({})));
    sends(&recorded).claim("order-1/confirmed", now()).await.unwrap();
    // Rounded up to whole seconds.
    let expires_s = (1_700_000_001 + 90 * 24 * 60 * 60).to_string();
    assert_eq!(recorded.sent()[0].body["Item"]["expires_at"], json!({ "N": expires_s }));
}
