//! Idempotency records in DynamoDB: one item per key, whose fence only grows.
//!
//! The attributes, some of them present in some states only:
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | `idempotency#{customer} {operation} {key}` |
//! | `kind` | S | `IDEMPOTENCY` |
//! | `fence` | N | counts the claims that were granted |
//! | `attempt` | S | the call of `claim` that holds this fence |
//! | `payload_hash` | B | absent once abandoned; 32 bytes in records from before hashes had a version |
//! | `lease_until` | N | Unix milliseconds |
//! | `expires_at` | N | Unix seconds: the table's time to live |
//! | `order_id`, `reply` | S, B | once completed |

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, Update};
use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, IdempotencyStore,
    RecordedReply,
};
use domain::ports::PortFailure;
use domain::values::OrderId;
use uuid::Uuid;

use crate::attributes::{
    Item, UnreadableItem, bytes, expiry, number, optional_bytes, optional_text, read_number, text,
};
use crate::conditions::found_instead;
use crate::table::Table;

const KIND: &str = "IDEMPOTENCY";
const MS_PER_SECOND: i64 = 1_000;

/// Free, expired (DynamoDB deletes items days late), or claimed for this payload by an attempt whose lease has ended.
const CLAIMABLE: &str = "attribute_not_exists(payload_hash) OR expires_at <= :now_s \
     OR (payload_hash IN (:hash, :legacy_hash) AND attribute_not_exists(reply) AND lease_until <= :now)";
const CLAIM: &str = "SET kind = :kind, attempt = :attempt, payload_hash = :hash, lease_until = :lease, \
     expires_at = :expires_s REMOVE order_id, reply ADD fence :one";

/// The idempotency records.
#[derive(Debug, Clone)]
pub struct DynamoIdempotencyStore {
    /// The table of orders.
    pub table: Table,
}

#[async_trait]
impl IdempotencyStore for DynamoIdempotencyStore {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        const ACTION: &str = "claim idempotency key";
        let unreadable = |fault| PortFailure::permanent(ACTION, fault);
        // Names this call and its retries by the SDK, and no other.
        let attempt = Uuid::now_v7().to_string();
        let IdempotencyClaim {
            scope,
            payload_hash,
            now,
            lease_until,
            expires_at,
        } = claim;
        let claimed = self
            .update(scope)
            .condition_expression(CLAIMABLE)
            .update_expression(CLAIM)
            .expression_attribute_values(":now_s", number(now.unix_ms().div_euclid(MS_PER_SECOND)))
            .expression_attribute_values(":now", number(now.unix_ms()))
            .expression_attribute_values(":kind", text(KIND))
            .expression_attribute_values(":attempt", text(attempt.as_str()))
            .expression_attribute_values(":hash", bytes(payload_hash.current.as_slice()))
            .expression_attribute_values(":legacy_hash", bytes(payload_hash.legacy))
            .expression_attribute_values(":lease", number(lease_until.unix_ms()))
            .expression_attribute_values(":expires_s", expiry(*expires_at))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match claimed {
            Ok(updated) => {
                let fence = read_number(&updated.attributes.unwrap_or_default(), "fence").map_err(unreadable)?;
                Ok(IdempotencyClaimed::Granted(Fence(fence)))
            }
            Err(error) => {
                let record = found_instead(ACTION, error)?.unwrap_or_default();
                not_granted(&record, claim, &attempt).map_err(unreadable)
            }
        }
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        // The item stays, because the fence of the next attempt must be greater than this one.
        let abandoned = self
            .update(scope)
            .condition_expression("fence = :fence AND attribute_not_exists(reply)")
            .update_expression("REMOVE payload_hash")
            .expression_attribute_values(":fence", number(fence.0))
            .send()
            .await;
        match abandoned {
            Ok(_) => Ok(()),
            // Another attempt holds it by now, or it is completed.
            Err(error) => found_instead("abandon idempotency key", error).map(|_| ()),
        }
    }
}

impl DynamoIdempotencyStore {
    fn update(&self, scope: &IdempotencyScope) -> UpdateItemFluentBuilder {
        let request = self.table.client.update_item().table_name(&self.table.name);
        request.key("pk", partition_key(scope))
    }
}

/// The outcome of a claim whose condition failed, by the record that it found.
fn not_granted(record: &Item, claim: &IdempotencyClaim, attempt: &str) -> Result<IdempotencyClaimed, UnreadableItem> {
    if optional_text(record, "attempt") == Some(attempt) {
        // Granted to this call; its first answer got lost.
        return Ok(IdempotencyClaimed::Granted(Fence(read_number(record, "fence")?)));
    }
    let payload_hash = optional_bytes(record, "payload_hash").ok_or(UnreadableItem::at("payload_hash"))?;
    if !claim.payload_hash.matches(payload_hash) {
        return Ok(IdempotencyClaimed::OtherPayload);
    }
    Ok(match optional_bytes(record, "reply") {
        Some(reply) => IdempotencyClaimed::Replay(RecordedReply(reply.to_vec())),
        None => IdempotencyClaimed::InProgress,
    })
}

/// Why a transaction could not complete a record.
pub(crate) enum Completed {
    /// An earlier call for the same order completed it, and its answer got lost.
    Before,
    /// Another attempt holds the key.
    LeaseLost,
}

/// Stores the reply under the fence that claimed the key: a part of the transaction that writes the order.
pub(crate) fn completing(
    table: &Table,
    completion: &IdempotencyCompletion,
    order: &OrderId,
) -> Result<Update, BuildError> {
    let IdempotencyCompletion { scope, fence, reply } = completion;
    Update::builder()
        .table_name(&table.name)
        .key("pk", partition_key(scope))
        .condition_expression("fence = :fence AND attribute_exists(payload_hash) AND attribute_not_exists(reply)")
        .update_expression("SET order_id = :order, reply = :reply")
        .expression_attribute_values(":fence", number(fence.0))
        .expression_attribute_values(":order", text(order.as_str()))
        .expression_attribute_values(":reply", bytes(reply.0.as_slice()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
}

/// Reads the record that [`completing`] found.
pub(crate) fn completed(record: Option<&Item>, order: &OrderId) -> Completed {
    match record.and_then(|record| optional_text(record, "order_id")) {
        Some(completed_for) if completed_for == order.as_str() => Completed::Before,
        _ => Completed::LeaseLost,
    }
}

/// No customer's id and no operation has a space in it, so no two scopes have the same text.
fn partition_key(scope: &IdempotencyScope) -> AttributeValue {
    let IdempotencyScope {
        customer,
        operation,
        key,
    } = scope;
    text(format!(
        "idempotency#{} {operation} {}",
        customer.as_str(),
        key.as_str()
    ))
}
