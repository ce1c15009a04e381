//! Writes an order's row together with its record in the order stream, so that neither is forgotten.

use domain::fulfilment::ports::Parking;
use domain::orders::order::Order;
use domain::ports::UnreadableItem;
use domain::stored_order::StoredOrder;
use domain::values::{
    CorrelationId, CustomerId, OrderEvent, OrderId, OrderStatus, PaymentToken, RejectionReason, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, Rows, named_params, params};
use wire::order_item::{self, StoredEventFault};

use crate::columns::{money, parsed, parsed_optional, timestamp, unwritable, variant, variant_optional};
use crate::order_stream;

/// In `payment_token` of an order whose payment can no longer be authorized. The column was declared NOT NULL.
const NO_PAYMENT_TOKEN: &str = "";

/// The columns that [`read`] needs.
pub(crate) const COLUMNS: &str = "id, customer_id, status, reason, lines, total_minor, currency, payment_token, \
     correlation_id, cancel_correlation_id, parked_from, parking_execution, parking_error, parking_cause, \
     history, created_at, updated_at";

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<StoredOrder> {
    let execution: Option<String> = row.get("parking_execution")?;
    let parking = match execution {
        Some(execution) => Some(Parking {
            execution,
            error: row.get("parking_error")?,
            cause: row.get("parking_cause")?,
        }),
        None => None,
    };
    Ok(StoredOrder {
        order: Order {
            id: parsed(row, "id", OrderId::parse)?,
            customer: parsed(row, "customer_id", CustomerId::parse)?,
            lines: parsed(row, "lines", order_item::parse_lines)?,
            total: money(row, "total_minor", "currency")?,
            payment_token: match row.get_ref("payment_token")?.as_str()? {
                NO_PAYMENT_TOKEN => None,
                _ => Some(parsed(row, "payment_token", PaymentToken::parse)?),
            },
            status: variant(row, "status", OrderStatus::parse)?,
            reason: variant_optional(row, "reason", RejectionReason::parse)?,
            correlation_id: parsed(row, "correlation_id", CorrelationId::parse)?,
            created_at: timestamp(row, "created_at")?,
            updated_at: timestamp(row, "updated_at")?,
        },
        cancel_correlation_id: parsed_optional(row, "cancel_correlation_id", CorrelationId::parse)?,
        parked_from: variant_optional(row, "parked_from", OrderStatus::parse)?,
        parking,
        history: parsed(row, "history", parse_history)?,
    })
}

/// A page of orders.
#[derive(Default)]
pub(crate) struct Readable {
    pub(crate) orders: Vec<StoredOrder>,
    /// The rows that cannot be read.
    pub(crate) unreadable: Vec<UnreadableItem>,
    /// Time and id of the last row of the page, if there are more.
    pub(crate) next: Option<(Timestamp, OrderId)>,
}

/// Reads a page of `limit` rows, of a query that asks for one more and sorts by `time` and id.
pub(crate) fn readable(mut rows: Rows<'_>, limit: usize, time: &'static str) -> rusqlite::Result<Readable> {
    let mut page = Readable::default();
    let mut last = None;
    while let Some(row) = rows.next()? {
        if page.orders.len() + page.unreadable.len() == limit {
            page.next = last;
            break;
        }
        match read(row) {
            Ok(order) => page.orders.push(order),
            Err(fault) => page.unreadable.push(UnreadableItem {
                key: row.get("id")?,
                fault: fault.to_string(),
            }),
        }
        // A row without a valid id cannot be the place where a page begins: the one before it is.
        last = parsed(row, "id", OrderId::parse)
            .and_then(|id| Ok((timestamp(row, time)?, id)))
            .ok()
            .or(last);
    }
    Ok(page)
}

fn token_text(token: Option<&PaymentToken>) -> &str {
    token.map_or(NO_PAYMENT_TOKEN, PaymentToken::reveal)
}

/// One event per line.
fn history_text(history: &[OrderEvent]) -> String {
    history
        .iter()
        .map(order_item::event_text)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The reverse of [`history_text`].
fn parse_history(text: &str) -> Result<Vec<OrderEvent>, StoredEventFault> {
    text.lines().map(order_item::parse_event).collect()
}

pub(crate) fn find(connection: &Connection, id: &OrderId) -> rusqlite::Result<Option<StoredOrder>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM orders WHERE id = ?1"))?
        .query_row(params![id.as_str()], read)
        .optional()
}

/// Writes a new order and its stream record.
pub(crate) fn insert(connection: &Connection, stored: &StoredOrder) -> rusqlite::Result<()> {
    let StoredOrder {
        order,
        cancel_correlation_id,
        parked_from,
        parking,
        history,
    } = stored;
    let Order {
        id,
        customer,
        lines,
        total,
        payment_token,
        status,
        reason,
        correlation_id,
        created_at,
        updated_at,
    } = order;
    connection
        .prepare_cached(
            "INSERT INTO orders (id, customer_id, status, reason, lines, total_minor, currency, payment_token,
                                 correlation_id, cancel_correlation_id, parked_from, parking_execution, parking_error,
                                 parking_cause, history, created_at, updated_at)
             VALUES (:id, :customer, :status, :reason, :lines, :total, :currency, :token, :correlation,
                     :cancel_correlation, :parked_from, :execution, :error, :cause, :history, :created, :updated)",
        )?
        .execute(named_params! {
            ":id": id.as_str(),
            ":customer": customer.as_str(),
            ":status": status.as_str(),
            ":reason": reason.map(RejectionReason::as_str),
            ":lines": order_item::lines_text(lines).map_err(unwritable)?,
            ":total": total.amount_minor(),
            ":currency": total.currency().code(),
            ":token": token_text(payment_token.as_ref()),
            ":correlation": correlation_id.as_str(),
            ":cancel_correlation": cancel_correlation_id.as_ref().map(CorrelationId::as_str),
            ":parked_from": parked_from.map(OrderStatus::as_str),
            ":execution": parking.as_ref().map(|parking| parking.execution.as_str()),
            ":error": parking.as_ref().map(|parking| parking.error.as_str()),
            ":cause": parking.as_ref().map(|parking| parking.cause.as_str()),
            ":history": history_text(history),
            ":created": created_at.unix_ms(),
            ":updated": updated_at.unix_ms(),
        })?;
    order_stream::append(connection, None, stored)
}

/// Writes what can change of an order, and its stream record. The transaction that read `before` is the condition.
pub(crate) fn update(connection: &Connection, before: &StoredOrder, after: &StoredOrder) -> rusqlite::Result<()> {
    let StoredOrder {
        order,
        cancel_correlation_id,
        parked_from,
        parking,
        history,
    } = after;
    let Order {
        id,
        status,
        payment_token,
        reason,
        updated_at,
        // Never change:
        customer: _,
        lines: _,
        total: _,
        correlation_id: _,
        created_at: _,
    } = order;
    connection
        .prepare_cached(
            "UPDATE orders
             SET status = :status, payment_token = :token, reason = :reason, cancel_correlation_id = :cancel_correlation,
                 parked_from = :parked_from, parking_execution = :execution, parking_error = :error,
                 parking_cause = :cause, history = :history, updated_at = :updated
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": id.as_str(),
            ":status": status.as_str(),
            ":token": token_text(payment_token.as_ref()),
            ":reason": reason.map(RejectionReason::as_str),
            ":cancel_correlation": cancel_correlation_id.as_ref().map(CorrelationId::as_str),
            ":parked_from": parked_from.map(OrderStatus::as_str),
            ":execution": parking.as_ref().map(|parking| parking.execution.as_str()),
            ":error": parking.as_ref().map(|parking| parking.error.as_str()),
            ":cause": parking.as_ref().map(|parking| parking.cause.as_str()),
            ":history": history_text(history),
            ":updated": updated_at.unix_ms(),
        })?;
    order_stream::append(connection, Some(before), after)
}
