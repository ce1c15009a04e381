//! Stores the changes of orders in their order: the outbox that orders write in their own transaction.
//!
//! Images are items as in DynamoDB streams (`NEW_AND_OLD_IMAGES`): consumers need not distinguish the two.
//! The attributes of an order's item, present where a type is given:
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | `order#{order_id}` |
//! | `kind` | S | `ORDER` |
//! | `order_id`, `customer_id`, `status`, `correlation_id` | S | |
//! | `created_order` | S | `{created_at, 13 digits}#{order_id}`: sorts a customer's orders |
//! | `open` | S | `open` while PENDING or CANCELLING, else absent |
//! | `lines` | S | [`order_item::lines_text`] |
//! | `total_minor`, `created_at`, `updated_at` | N | |
//! | `currency` | S | |
//! | `reason` | S | once REJECTED |
//! | `cancel_correlation_id` | S | once CANCELLING |
//! | `parked_from` | S | while PARKED |
//! | `parking_execution`, `parking_error`, `parking_cause` | S | once PARKED |
//!
//! The payment token and the history are no part of an image: no reader of the stream needs them.

use domain::fulfilment::ports::Parking;
use domain::orders::order::Order;
use domain::stored_order::StoredOrder;
use domain::values::{CorrelationId, OrderId, OrderStatus, RejectionReason};
use rusqlite::{Connection, Row, params};
use serde_json::{Map, Value, json};
use wire::order_item;

use crate::columns::{json as json_column, json_text, unwritable};

/// One change of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    /// Ascending over all orders, never reused; gaps are possible.
    pub sequence: i64,
    /// `INSERT` or `MODIFY`.
    pub event_name: String,
    /// The key attributes of the order's item, as DynamoDB JSON.
    pub keys: Value,
    /// The item after the change, as DynamoDB JSON.
    pub new_image: Option<Value>,
    /// The item before the change. `None` for an `INSERT`.
    pub old_image: Option<Value>,
    /// When the change was committed, in Unix milliseconds.
    pub at_ms: i64,
}

/// Records in their order, up to the first row that cannot be decoded.
#[derive(Debug, Default)]
pub struct StreamBatch {
    /// Oldest first.
    pub records: Vec<StreamRecord>,
    /// The row behind the records, if it cannot be decoded. The reader must skip it, or it waits for ever.
    pub undecodable: Option<UndecodableRow>,
}

/// A row that is no record of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndecodableRow {
    /// The number of the row in the stream.
    pub sequence: i64,
    /// What is wrong with it, for the log.
    pub fault: String,
}

/// The oldest records after a sequence number.
pub fn after(connection: &Connection, sequence: i64, limit: u32) -> rusqlite::Result<StreamBatch> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, event_name, keys, new_image, old_image, at
         FROM order_stream WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let mut rows = statement.query(params![sequence, limit])?;
    let mut batch = StreamBatch::default();
    while let Some(row) = rows.next()? {
        match decode(row) {
            Ok(record) => batch.records.push(record),
            Err(fault) => {
                batch.undecodable = Some(UndecodableRow {
                    sequence: row.get("sequence")?,
                    fault: fault.to_string(),
                });
                break;
            }
        }
    }
    Ok(batch)
}

fn decode(row: &Row<'_>) -> rusqlite::Result<StreamRecord> {
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
    before: Option<&StoredOrder>,
    after: &StoredOrder,
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
            after.order.updated_at.unix_ms(),
        ])?;
    Ok(())
}

fn partition_key(id: &OrderId) -> String {
    format!("order#{id}")
}

fn image(stored: &StoredOrder) -> rusqlite::Result<Value> {
    let StoredOrder {
        order,
        cancel_correlation_id,
        parked_from,
        parking,
        // No reader of the stream needs it.
        history: _,
    } = stored;
    // Not every field: this is a copy for readers of the stream, and the order's row is the store.
    let Order {
        id,
        customer,
        lines,
        total,
        status,
        reason,
        correlation_id,
        created_at,
        updated_at,
        ..
    } = order;
    let created_ms = created_at.unix_ms();
    let mut item = Map::new();
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), json!({ "S": value }));
        }
    };
    text("pk", Some(&partition_key(id)));
    text(order_item::KIND, Some(order_item::KIND_ORDER));
    text(order_item::ORDER_ID, Some(id.as_str()));
    text("customer_id", Some(customer.as_str()));
    text("created_order", Some(&format!("{created_ms:013}#{id}")));
    text(order_item::STATUS, Some(status.as_str()));
    text("open", status.is_open().then_some("open"));
    text("reason", reason.map(RejectionReason::as_str));
    text("lines", Some(&order_item::lines_text(lines).map_err(unwritable)?));
    text("currency", Some(total.currency().code()));
    text(order_item::CORRELATION_ID, Some(correlation_id.as_str()));
    text(
        order_item::CANCEL_CORRELATION_ID,
        cancel_correlation_id.as_ref().map(CorrelationId::as_str),
    );
    text("parked_from", parked_from.map(OrderStatus::as_str));
    if let Some(Parking {
        execution,
        error,
        cause,
    }) = parking
    {
        text("parking_execution", Some(execution));
        text("parking_error", Some(error));
        text("parking_cause", Some(cause));
    }
    for (name, number) in [
        ("total_minor", total.amount_minor()),
        ("created_at", created_ms),
        ("updated_at", updated_at.unix_ms()),
    ] {
        item.insert(name.to_owned(), json!({ "N": number.to_string() }));
    }
    Ok(Value::Object(item))
}
