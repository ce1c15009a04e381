//! What changed among the orders, in which order? The outbox that orders write in their own transaction.
//!
//! Images are items as DynamoDB streams show them (`NEW_AND_OLD_IMAGES`), so that consumers cannot tell the difference.
//! The attributes of an order's item, present where a type is given:
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | `order#{order_id}` |
//! | `kind` | S | `ORDER` |
//! | `order_id`, `customer_id`, `status`, `correlation_id` | S | |
//! | `created_order` | S | `{created_at, 13 digits}#{order_id}`: sorts a customer's orders |
//! | `open` | S | `open` while PENDING or CANCELLING, else absent |
//! | `lines` | S | JSON list of `sku`, `quantity`, `unit_price_minor`, `currency` |
//! | `total_minor`, `created_at`, `updated_at` | N | |
//! | `currency` | S | |
//! | `reason` | S | once REJECTED |
//! | `cancel_correlation_id` | S | once CANCELLING |
//! | `parked_from` | S | while PARKED |
//! | `parking_execution`, `parking_error`, `parking_cause` | S | once PARKED |
//!
//! The payment token is no part of an image: a stream's readers have no business with it.

use domain::fulfilment::ports::Parking;
use domain::values::{CorrelationId, OrderId, OrderStatus, RejectionReason, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use crate::columns::{json as json_column, json_text};
use crate::order_rows::OrderRow;

/// One change of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    /// Ascending over all orders, never reused; gaps are possible.
    pub sequence: i64,
    /// `INSERT` or `MODIFY`.
    pub event_name: String,
    pub keys: Value,
    pub new_image: Option<Value>,
    pub old_image: Option<Value>,
    pub at_ms: i64,
}

/// The oldest records after a sequence number.
pub fn after(connection: &Connection, sequence: i64, limit: u32) -> rusqlite::Result<Vec<StreamRecord>> {
    connection
        .prepare_cached(
            "SELECT sequence, event_name, keys, new_image, old_image, at
             FROM order_stream WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
        )?
        .query_map(params![sequence, limit], |row| {
            let image = |column: &'static str| {
                let stored: Option<String> = row.get(column)?;
                stored.map(|_| json_column(row, column)).transpose()
            };
            Ok(StreamRecord {
                sequence: row.get("sequence")?,
                event_name: row.get("event_name")?,
                keys: json_column(row, "keys")?,
                new_image: image("new_image")?,
                old_image: image("old_image")?,
                at_ms: row.get("at")?,
            })
        })?
        .collect()
}

/// Forgets records older than this. DynamoDB does so after 24 hours
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>).
pub fn forget_before(connection: &Connection, at_ms: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM order_stream WHERE at < ?1")?
        .execute(params![at_ms])
}

pub(crate) fn append(
    connection: &Connection,
    before: Option<&OrderRow>,
    after: &OrderRow,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let event_name = if before.is_some() { "MODIFY" } else { "INSERT" };
    let keys = json!({ "pk": { "S": partition_key(&after.order.id) } });
    let old_image = before.map(image).transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO order_stream (event_name, keys, new_image, old_image, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            event_name,
            json_text(&keys)?,
            json_text(&image(after)?)?,
            old_image.as_ref().map(json_text).transpose()?,
            at.unix_ms(),
        ])?;
    Ok(())
}

fn partition_key(id: &OrderId) -> String {
    format!("order#{id}")
}

fn image(row: &OrderRow) -> rusqlite::Result<Value> {
    let order = &row.order;
    let created_ms = order.created_at.unix_ms();
    let mut item = Map::new();
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), json!({ "S": value }));
        }
    };
    text("pk", Some(&partition_key(&order.id)));
    text("kind", Some("ORDER"));
    text("order_id", Some(order.id.as_str()));
    text("customer_id", Some(order.customer.as_str()));
    text("created_order", Some(&format!("{created_ms:013}#{}", order.id)));
    text("status", Some(order.status.as_str()));
    let open = matches!(order.status, OrderStatus::Pending | OrderStatus::Cancelling);
    text("open", open.then_some("open"));
    text("reason", order.reason.map(RejectionReason::as_str));
    text("lines", Some(&row.lines_text()?));
    text("currency", Some(order.total.currency().code()));
    text("correlation_id", Some(order.correlation_id.as_str()));
    text(
        "cancel_correlation_id",
        row.cancel_correlation_id.as_ref().map(CorrelationId::as_str),
    );
    text("parked_from", row.parked_from.map(OrderStatus::as_str));
    let parking: Option<&Parking> = row.parking.as_ref();
    text("parking_execution", parking.map(|parking| parking.execution.as_str()));
    text("parking_error", parking.map(|parking| parking.error.as_str()));
    text("parking_cause", parking.map(|parking| parking.cause.as_str()));
    for (name, number) in [
        ("total_minor", order.total.amount_minor()),
        ("created_at", created_ms),
        ("updated_at", order.updated_at.unix_ms()),
    ] {
        item.insert(name.to_owned(), json!({ "N": number.to_string() }));
    }
    Ok(Value::Object(item))
}
