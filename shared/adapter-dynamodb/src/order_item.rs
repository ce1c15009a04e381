//! Which attributes does an order's item have?
//!
//! Those that `adapter-embedded` documents for the images of its order stream, `payment_token` (S), and
//! `trace_header` and `cancel_trace_header` (S) of requests that had one: the stream's readers see the names, so both
//! adapters use the same.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::orders::order::{Order, OrderLine};
use domain::orders::ports::OrderPosition;
use domain::values::{
    CorrelationId, Currency, CustomerId, Money, OrderId, OrderStatus, PaymentToken, Quantity, RejectionReason, Sku,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::attributes::{Item, UnreadableItem, number, optional_parsed, parsed, read_number, text};

/// The index of a customer's orders by `created_order`.
pub(crate) const BY_CUSTOMER: &str = "by-customer";
/// The index of orders with the attribute `open`, by `updated_at`.
pub(crate) const OPEN_ORDERS: &str = "open-orders";
/// The value of the attribute `open` while a saga is to move the order along.
pub(crate) const OPEN: &str = "open";
/// And while an operator is.
pub(crate) const PARKED: &str = "parked";
const KIND: &str = "ORDER";

/// A line as JSON.
#[derive(Serialize, Deserialize)]
struct LineItem {
    sku: String,
    quantity: u32,
    unit_price_minor: i64,
    currency: String,
}

pub(crate) fn partition_key(id: &OrderId) -> AttributeValue {
    text(format!("order#{id}"))
}

/// Sorts a customer's orders as `(created_at, id)` does.
pub(crate) fn created_order(created_at: Timestamp, id: &OrderId) -> AttributeValue {
    text(format!("{:013}#{id}", created_at.unix_ms()))
}

/// The reverse of [`created_order`], from an item or the key of one.
pub(crate) fn position(item: &Item) -> Result<OrderPosition, UnreadableItem> {
    parsed(item, "created_order", |text| {
        let (created_ms, id) = text.split_once('#')?;
        Some(OrderPosition {
            created_at: Timestamp::from_unix_ms(created_ms.parse().ok()?),
            id: OrderId::parse(id).ok()?,
        })
    })
}

/// The item of an order that nobody has moved along yet.
pub(crate) fn new_item(order: &Order) -> Result<Item, serde_json::Error> {
    let lines: Vec<LineItem> = order.lines.iter().map(LineItem::from_line).collect();
    let mut item = Item::from([
        ("pk".to_owned(), partition_key(&order.id)),
        ("kind".to_owned(), text(KIND)),
        ("order_id".to_owned(), text(order.id.as_str())),
        ("customer_id".to_owned(), text(order.customer.as_str())),
        ("created_order".to_owned(), created_order(order.created_at, &order.id)),
        ("status".to_owned(), text(order.status.as_str())),
        ("lines".to_owned(), text(serde_json::to_string(&lines)?)),
        ("total_minor".to_owned(), number(order.total.amount_minor())),
        ("currency".to_owned(), text(order.total.currency().code())),
        ("payment_token".to_owned(), text(order.payment_token.reveal())),
        ("correlation_id".to_owned(), text(order.correlation_id.as_str())),
        ("created_at".to_owned(), number(order.created_at.unix_ms())),
        ("updated_at".to_owned(), number(order.updated_at.unix_ms())),
    ]);
    if is_open(order.status) {
        item.insert("open".to_owned(), text(OPEN));
    }
    if let Some(reason) = order.reason {
        item.insert("reason".to_owned(), text(reason.as_str()));
    }
    Ok(item)
}

/// Whether a saga is to move the order along.
fn is_open(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Pending | OrderStatus::Cancelling)
}

pub(crate) fn order(item: &Item) -> Result<Order, UnreadableItem> {
    Ok(Order {
        id: parsed(item, "order_id", |text| OrderId::parse(text).ok())?,
        customer: parsed(item, "customer_id", |text| CustomerId::parse(text).ok())?,
        lines: parsed(item, "lines", lines)?,
        total: total(item)?,
        payment_token: parsed(item, "payment_token", |text| PaymentToken::parse(text).ok())?,
        status: status(item)?,
        reason: optional_parsed(item, "reason", RejectionReason::parse)?,
        correlation_id: parsed(item, "correlation_id", |text| CorrelationId::parse(text).ok())?,
        created_at: Timestamp::from_unix_ms(read_number(item, "created_at")?),
        updated_at: Timestamp::from_unix_ms(read_number(item, "updated_at")?),
    })
}

pub(crate) fn status(item: &Item) -> Result<OrderStatus, UnreadableItem> {
    parsed(item, "status", OrderStatus::parse)
}

fn total(item: &Item) -> Result<Money, UnreadableItem> {
    let currency = parsed(item, "currency", |text| Currency::parse(text).ok())?;
    let unreadable = |_fault| UnreadableItem {
        attribute: "total_minor",
    };
    Money::new(read_number(item, "total_minor")?, currency).map_err(unreadable)
}

fn lines(text: &str) -> Option<Vec<OrderLine>> {
    let items: Vec<LineItem> = serde_json::from_str(text).ok()?;
    items.iter().map(LineItem::to_line).collect()
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
