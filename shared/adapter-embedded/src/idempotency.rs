//! Stores idempotency records in SQLite: one row per key, whose fence only grows.

use async_trait::async_trait;
use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, IdempotencyStore,
    RecordedReply,
};
use domain::ports::PortFailure;
use domain::values::{OrderId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::Database;
use crate::columns::timestamp;

/// Keeps idempotency records in SQLite.
#[derive(Debug, Clone)]
pub struct SqliteIdempotencyStore {
    /// The shop's database.
    pub database: Database,
}

struct Record {
    /// `None` once abandoned.
    payload_hash: Option<Vec<u8>>,
    fence: u64,
    lease_until: Timestamp,
    expires_at: Timestamp,
    order_id: Option<String>,
    reply: Option<Vec<u8>>,
}

#[async_trait]
impl IdempotencyStore for SqliteIdempotencyStore {
    async fn claim(&self, claim: &IdempotencyClaim) -> Result<IdempotencyClaimed, PortFailure> {
        let claim = claim.clone();
        self.database
            .call("claim idempotency key", move |connection| {
                let found = find(connection, &claim.scope)?;
                let last_fence = found.as_ref().map_or(0, |record| record.fence);
                if let Some(answer) = found.and_then(|record| without_work(record, &claim)) {
                    return Ok(answer);
                }
                let fence = Fence(last_fence + 1);
                grant(connection, &claim, fence)?;
                Ok(IdempotencyClaimed::Granted(fence))
            })
            .await
    }

    async fn abandon(&self, scope: &IdempotencyScope, fence: Fence) -> Result<(), PortFailure> {
        let scope = scope.clone();
        self.database
            .call("abandon idempotency key", move |connection| {
                // The row stays for its fence: were it deleted, the next attempt's would not be greater than this one.
                connection
                    .prepare_cached(
                        "UPDATE idempotency SET payload_hash = NULL
                         WHERE customer_id = :customer AND operation = :operation AND key = :key
                           AND fence = :fence AND reply IS NULL",
                    )?
                    .execute(named_params! {
                        ":customer": scope.customer.as_str(),
                        ":operation": scope.operation,
                        ":key": scope.key.as_str(),
                        ":fence": fence.0,
                    })?;
                Ok(())
            })
            .await
    }
}

/// The answer to a claim that is not to be granted.
fn without_work(record: Record, claim: &IdempotencyClaim) -> Option<IdempotencyClaimed> {
    let payload_hash = record.payload_hash.filter(|_| record.expires_at > claim.now)?;
    if !claim.payload_hash.matches(&payload_hash) {
        return Some(IdempotencyClaimed::OtherPayload);
    }
    if let Some(reply) = record.reply {
        return Some(IdempotencyClaimed::Replay(RecordedReply(reply)));
    }
    (record.lease_until > claim.now).then_some(IdempotencyClaimed::InProgress)
}

fn grant(connection: &Connection, claim: &IdempotencyClaim, fence: Fence) -> rusqlite::Result<()> {
    let IdempotencyClaim {
        scope: IdempotencyScope {
            customer,
            operation,
            key,
        },
        payload_hash,
        now,
        lease_until,
        expires_at,
    } = claim;
    connection
        .prepare_cached(
            "INSERT INTO idempotency (customer_id, operation, key, payload_hash, fence, lease_until, expires_at)
             VALUES (:customer, :operation, :key, :hash, :fence, :lease, :expires)
             ON CONFLICT DO UPDATE
             SET payload_hash = excluded.payload_hash, fence = excluded.fence, lease_until = excluded.lease_until,
                 expires_at = excluded.expires_at, order_id = NULL, reply = NULL",
        )?
        .execute(named_params! {
            ":customer": customer.as_str(),
            ":operation": operation,
            ":key": key.as_str(),
            ":hash": payload_hash.current,
            ":fence": fence.0,
            ":lease": lease_until.unix_ms(),
            ":expires": expires_at.unix_ms(),
        })?;
    // What DynamoDB's time to live does, so that the table has an end.
    connection
        .prepare_cached("DELETE FROM idempotency WHERE expires_at <= ?1")?
        .execute(params![now.unix_ms()])?;
    Ok(())
}

/// The result of completing a record.
pub(crate) enum Completed {
    Now,
    /// By an earlier call for the same order, whose answer got lost.
    Before,
    LeaseLost,
}

/// Stores the reply under the fence that claimed the key. To be called in the transaction that writes the order.
pub(crate) fn complete(
    connection: &Connection,
    completion: &IdempotencyCompletion,
    order: &OrderId,
) -> rusqlite::Result<Completed> {
    let Some(record) = find(connection, &completion.scope)? else {
        return Ok(Completed::LeaseLost);
    };
    if record.fence != completion.fence.0 || record.payload_hash.is_none() {
        return Ok(Completed::LeaseLost);
    }
    if let Some(completed_for) = record.order_id {
        let same = completed_for == order.as_str();
        return Ok(if same { Completed::Before } else { Completed::LeaseLost });
    }
    connection
        .prepare_cached(
            "UPDATE idempotency SET order_id = :order, reply = :reply
             WHERE customer_id = :customer AND operation = :operation AND key = :key",
        )?
        .execute(named_params! {
            ":order": order.as_str(),
            ":reply": completion.reply.0,
            ":customer": completion.scope.customer.as_str(),
            ":operation": completion.scope.operation,
            ":key": completion.scope.key.as_str(),
        })?;
    Ok(Completed::Now)
}

fn find(connection: &Connection, scope: &IdempotencyScope) -> rusqlite::Result<Option<Record>> {
    connection
        .prepare_cached(
            "SELECT payload_hash, fence, lease_until, expires_at, order_id, reply FROM idempotency
             WHERE customer_id = :customer AND operation = :operation AND key = :key",
        )?
        .query_row(
            named_params! {
                ":customer": scope.customer.as_str(),
                ":operation": scope.operation,
                ":key": scope.key.as_str(),
            },
            read,
        )
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        payload_hash: row.get("payload_hash")?,
        fence: row.get("fence")?,
        lease_until: timestamp(row, "lease_until")?,
        expires_at: timestamp(row, "expires_at")?,
        order_id: row.get("order_id")?,
        reply: row.get("reply")?,
    })
}
