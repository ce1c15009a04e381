//! Writes an order's row together with its record in the order stream, so that neither is forgotten.

use domain::fulfilment::ports::Parking;
use domain::orders::order::Order;
use domain::stored_order::StoredOrder;
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus, PaymentToken, RejectionReason};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wire::order_item;

use crate::columns::{known, known_optional, money, parsed, parsed_optional, timestamp, unwritable};
use crate::order_stream;

/// The column that names an order in a log line.
pub(crate) const KEY: &str = "id";

/// The columns that [`read`] needs.
pub(crate) const COLUMNS: &str = "id, customer_id, status, reason, lines, total_minor, currency, payment_token, \
     correlation_id, cancel_correlation_id, parked_from, parking_execution, parking_error, parking_cause, \
     created_at, updated_at";

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
            payment_token: parsed(row, "payment_token", PaymentToken::parse)?,
            status: known(row, "status", OrderStatus::parse)?,
            reason: known_optional(row, "reason", RejectionReason::parse)?,
            correlation_id: parsed(row, "correlation_id", CorrelationId::parse)?,
            created_at: timestamp(row, "created_at")?,
            updated_at: timestamp(row, "updated_at")?,
        },
        cancel_correlation_id: parsed_optional(row, "cancel_correlation_id", CorrelationId::parse)?,
        parked_from: known_optional(row, "parked_from", OrderStatus::parse)?,
        parking,
    })
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
                                 parking_cause, created_at, updated_at)
             VALUES (:id, :customer, :status, :reason, :lines, :total, :currency, :token, :correlation,
                     :cancel_correlation, :parked_from, :execution, :error, :cause, :created, :updated)",
        )?
        .execute(named_params! {
            ":id": id.as_str(),
            ":customer": customer.as_str(),
            ":status": status.as_str(),
            ":reason": reason.map(RejectionReason::as_str),
            ":lines": order_item::lines_text(lines).map_err(unwritable)?,
            ":total": total.amount_minor(),
            ":currency": total.currency().code(),
            ":token": payment_token.reveal(),
            ":correlation": correlation_id.as_str(),
            ":cancel_correlation": cancel_correlation_id.as_ref().map(CorrelationId::as_str),
            ":parked_from": parked_from.map(OrderStatus::as_str),
            ":execution": parking.as_ref().map(|parking| parking.execution.as_str()),
            ":error": parking.as_ref().map(|parking| parking.error.as_str()),
            ":cause": parking.as_ref().map(|parking| parking.cause.as_str()),
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
    } = after;
    let Order {
        id,
        status,
        reason,
        updated_at,
        // Never change:
        customer: _,
        lines: _,
        total: _,
        payment_token: _,
        correlation_id: _,
        created_at: _,
    } = order;
    connection
        .prepare_cached(
            "UPDATE orders
             SET status = :status, reason = :reason, cancel_correlation_id = :cancel_correlation,
                 parked_from = :parked_from, parking_execution = :execution, parking_error = :error,
                 parking_cause = :cause, updated_at = :updated
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": id.as_str(),
            ":status": status.as_str(),
            ":reason": reason.map(RejectionReason::as_str),
            ":cancel_correlation": cancel_correlation_id.as_ref().map(CorrelationId::as_str),
            ":parked_from": parked_from.map(OrderStatus::as_str),
            ":execution": parking.as_ref().map(|parking| parking.execution.as_str()),
            ":error": parking.as_ref().map(|parking| parking.error.as_str()),
            ":cause": parking.as_ref().map(|parking| parking.cause.as_str()),
            ":updated": updated_at.unix_ms(),
        })?;
    order_stream::append(connection, Some(before), after)
}
