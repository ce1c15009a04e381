//! How is an order kept, and how does a change of it reach the order stream? Both in one place, so that neither is
//! forgotten.

use domain::fulfilment::ports::Parking;
use domain::orders::order::{Order, OrderLine};
use domain::values::{
    CorrelationId, Currency, CustomerId, Money, OrderId, OrderStatus, PaymentToken, Quantity, RejectionReason, Sku,
    Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};

use crate::columns::{json, json_text, known, known_optional, money, parsed, parsed_optional, timestamp, unreadable};
use crate::order_stream;

/// The columns that [`OrderRow::read`] wants.
pub(crate) const COLUMNS: &str = "id, customer_id, status, reason, lines, total_minor, currency, payment_token, \
     correlation_id, cancel_correlation_id, parked_from, parking_execution, parking_error, parking_cause, \
     created_at, updated_at";

/// An order with what only its keeper knows.
#[derive(Debug, Clone)]
pub(crate) struct OrderRow {
    pub(crate) order: Order,
    pub(crate) cancel_correlation_id: Option<CorrelationId>,
    /// Present while PARKED: the status that the order had before.
    pub(crate) parked_from: Option<OrderStatus>,
    /// Why it was PARKED last; kept for people.
    pub(crate) parking: Option<Parking>,
}

/// A line as JSON.
#[derive(Serialize, Deserialize)]
struct LineItem {
    sku: String,
    quantity: u32,
    unit_price_minor: i64,
    currency: String,
}

#[derive(Debug, thiserror::Error)]
#[error("an order line breaks a rule")]
struct UnreadableLine;

impl OrderRow {
    pub(crate) fn new(order: Order) -> Self {
        Self {
            order,
            cancel_correlation_id: None,
            parked_from: None,
            parking: None,
        }
    }

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let execution: Option<String> = row.get("parking_execution")?;
        let parking = match execution {
            Some(execution) => Some(Parking {
                execution,
                error: row.get("parking_error")?,
                cause: row.get("parking_cause")?,
            }),
            None => None,
        };
        let items: Vec<LineItem> = json(row, "lines")?;
        let lines: Option<Vec<OrderLine>> = items.iter().map(LineItem::to_line).collect();
        Ok(Self {
            order: Order {
                id: parsed(row, "id", OrderId::parse)?,
                customer: parsed(row, "customer_id", CustomerId::parse)?,
                lines: lines.ok_or_else(|| unreadable(row, "lines", UnreadableLine))?,
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

    pub(crate) fn lines_text(&self) -> rusqlite::Result<String> {
        let items: Vec<LineItem> = self.order.lines.iter().map(LineItem::from_line).collect();
        json_text(&items)
    }
}

impl LineItem {
    fn from_line(line: &OrderLine) -> Self {
        Self {
            sku: line.sku.as_str().to_owned(),
            quantity: line.quantity.units(),
            unit_price_minor: line.unit_price.amount_minor(),
            currency: line.unit_price.currency().code().to_owned(),
        }
    }

    fn to_line(&self) -> Option<OrderLine> {
        let currency = Currency::parse(&self.currency).ok()?;
        Some(OrderLine {
            sku: Sku::parse(&self.sku).ok()?,
            quantity: Quantity::new(self.quantity).ok()?,
            unit_price: Money::new(self.unit_price_minor, currency).ok()?,
        })
    }
}

pub(crate) fn find(connection: &Connection, id: &OrderId) -> rusqlite::Result<Option<OrderRow>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM orders WHERE id = ?1"))?
        .query_row(params![id.as_str()], OrderRow::read)
        .optional()
}

/// Writes a new order and its stream record.
pub(crate) fn insert(connection: &Connection, row: &OrderRow) -> rusqlite::Result<()> {
    let order = &row.order;
    connection
        .prepare_cached(
            "INSERT INTO orders (id, customer_id, status, lines, total_minor, currency, payment_token, correlation_id,
                                 created_at, updated_at)
             VALUES (:id, :customer, :status, :lines, :total, :currency, :token, :correlation, :created, :updated)",
        )?
        .execute(named_params! {
            ":id": order.id.as_str(),
            ":customer": order.customer.as_str(),
            ":status": order.status.as_str(),
            ":lines": row.lines_text()?,
            ":total": order.total.amount_minor(),
            ":currency": order.total.currency().code(),
            ":token": order.payment_token.reveal(),
            ":correlation": order.correlation_id.as_str(),
            ":created": order.created_at.unix_ms(),
            ":updated": order.updated_at.unix_ms(),
        })?;
    order_stream::append(connection, None, row, order.created_at)
}

/// Writes what can change of an order, and its stream record. The transaction that read `before` is the condition.
pub(crate) fn update(
    connection: &Connection,
    before: &OrderRow,
    after: &mut OrderRow,
    at: Timestamp,
) -> rusqlite::Result<()> {
    after.order.updated_at = at;
    let parking = after.parking.as_ref();
    connection
        .prepare_cached(
            "UPDATE orders
             SET status = :status, reason = :reason, cancel_correlation_id = :cancel_correlation,
                 parked_from = :parked_from, parking_execution = :execution, parking_error = :error,
                 parking_cause = :cause, updated_at = :updated
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": after.order.id.as_str(),
            ":status": after.order.status.as_str(),
            ":reason": after.order.reason.map(RejectionReason::as_str),
            ":cancel_correlation": after.cancel_correlation_id.as_ref().map(CorrelationId::as_str),
            ":parked_from": after.parked_from.map(OrderStatus::as_str),
            ":execution": parking.map(|parking| parking.execution.as_str()),
            ":error": parking.map(|parking| parking.error.as_str()),
            ":cause": parking.map(|parking| parking.cause.as_str()),
            ":updated": at.unix_ms(),
        })?;
    order_stream::append(connection, Some(before), after, at)
}
