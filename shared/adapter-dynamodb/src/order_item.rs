//! The attributes of an order's item.
//!
//! The attributes are those that `adapter-embedded` documents for the images of its order stream, because the stream's
//! readers see the names. In addition:
//!
//! | attribute | type | |
//! |---|---|---|
//! | `payment_token` | S | while the payment may still be authorized |
//! | `trace_header`, `cancel_trace_header` | S | of the requests that placed and cancelled the order, if they had one |
//! | `history` | L of S | [`order_item::event_text`] of each status change; earlier releases do not write it |
//! | `open` | S | `open` while the order waits for a saga, `parked` while it waits for an operator, otherwise absent |
//! | `open_shard` | S | the shard that belongs to `open`; earlier releases do not write it |

use aws_sdk_dynamodb::types::AttributeValue;
use domain::fulfilment::ports::{FulfilmentOrder, OverduePosition, Parking};
use domain::fulfilment::status_change::Standing;
use domain::orders::history::RecordedHistory;
use domain::orders::order::Order;
use domain::orders::ports::OrderPosition;
use domain::stored_order::StoredOrder;
use domain::values::{
    CorrelationId, CustomerId, OrderEvent, OrderId, OrderStatus, PaymentToken, RejectionReason, Timestamp,
};
use wire::order_item;

use crate::attributes::{
    Item, UnreadableItem, money, named, number, optional_named, optional_parsed, parsed, read_number, read_text,
    read_texts, text, texts,
};
use crate::shards::Shards;

/// The index of a customer's orders by `created_order`.
pub(crate) const BY_CUSTOMER: &str = "by-customer";
/// The index of orders with the attribute `open`, by `updated_at`, with all attributes, under one partition key for
/// each value of `open`.
pub(crate) const OPEN_ORDERS: &str = "open-orders";
/// The index of the keys of orders with the attribute `open_shard`, by `updated_at`.
pub(crate) const OPEN_BY_SHARD: &str = "open-by-shard";
/// The attribute with the shard of an order that waits for a saga or an operator.
pub(crate) const OPEN_SHARD: &str = "open_shard";
/// The attribute with the events of the order's history, oldest first.
pub(crate) const HISTORY: &str = "history";
/// The part of an update that adds the list `:event` to the history. Earlier releases wrote items without one.
pub(crate) const APPEND_EVENT: &str = "history = list_append(if_not_exists(history, :no_events), :event)";
/// The value of the attribute `open` of an order that waits for a saga.
pub(crate) const OPEN: &str = "open";
/// The value of the attribute `open` of a parked order, which waits for an operator.
pub(crate) const PARKED: &str = "parked";

pub(crate) fn partition_key(id: &OrderId) -> AttributeValue {
    text(format!("order#{id}"))
}

/// The value of the attribute `open_shard` beside this value of `open`.
pub(crate) fn open_shard(open: &'static str, id: &OrderId) -> AttributeValue {
    text(Shards::of_open_orders(open).of(id.as_str()))
}

/// Sorts a customer's orders as `(created_at, id)` does.
pub(crate) fn created_order(created_at: Timestamp, id: &OrderId) -> AttributeValue {
    text(format!("{:013}#{id}", created_at.unix_ms()))
}

/// The reverse of [`created_order`], from an item or the key of one.
pub(crate) fn position(item: &Item) -> Result<OrderPosition, UnreadableItem> {
    named(item, "created_order", |text| {
        let (created_ms, id) = text.split_once('#')?;
        Some(OrderPosition {
            created_at: Timestamp::from_unix_ms(created_ms.parse().ok()?),
            id: OrderId::parse(id).ok()?,
        })
    })
}

/// The key after which a page of [`OPEN_ORDERS`] starts.
pub(crate) fn open_start_key(open: &str, after: &OverduePosition) -> Item {
    Item::from([
        ("pk".to_owned(), partition_key(&after.id)),
        ("open".to_owned(), text(open)),
        ("updated_at".to_owned(), number(after.updated_at.unix_ms())),
    ])
}

/// The reverse of [`open_start_key`].
pub(crate) fn open_position(key: &Item) -> Result<OverduePosition, UnreadableItem> {
    Ok(OverduePosition {
        updated_at: Timestamp::from_unix_ms(read_number(key, "updated_at")?),
        id: named(key, "pk", |text| OrderId::parse(text.strip_prefix("order#")?).ok())?,
    })
}

/// The item of an order whose status has not changed yet.
pub(crate) fn new_item(order: &Order) -> Result<Item, serde_json::Error> {
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
    let mut item = Item::from(
        [
            ("pk", partition_key(id)),
            (order_item::KIND, text(order_item::KIND_ORDER)),
            (order_item::ORDER_ID, text(id.as_str())),
            ("customer_id", text(customer.as_str())),
            ("created_order", created_order(*created_at, id)),
            (order_item::STATUS, text(status.as_str())),
            ("lines", text(order_item::lines_text(lines)?)),
            ("total_minor", number(total.amount_minor())),
            ("currency", text(total.currency().code())),
            (order_item::CORRELATION_ID, text(correlation_id.as_str())),
            (HISTORY, events(&OrderEvent::placed(*created_at))),
            ("created_at", number(created_at.unix_ms())),
            ("updated_at", number(updated_at.unix_ms())),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if status.is_open() {
        item.insert("open".to_owned(), text(OPEN));
        item.insert(OPEN_SHARD.to_owned(), open_shard(OPEN, id));
    }
    if let Some(token) = payment_token {
        item.insert("payment_token".to_owned(), text(token.reveal()));
    }
    if let Some(reason) = reason {
        item.insert("reason".to_owned(), text(reason.as_str()));
    }
    Ok(item)
}

pub(crate) fn order(item: &Item) -> Result<Order, UnreadableItem> {
    Ok(Order {
        id: parsed(item, order_item::ORDER_ID, OrderId::parse)?,
        customer: parsed(item, "customer_id", CustomerId::parse)?,
        lines: parsed(item, "lines", order_item::parse_lines)?,
        total: money(item, "total_minor", "currency")?,
        payment_token: optional_parsed(item, "payment_token", PaymentToken::parse)?,
        status: named(item, order_item::STATUS, OrderStatus::parse)?,
        reason: optional_named(item, "reason", RejectionReason::parse)?,
        correlation_id: parsed(item, order_item::CORRELATION_ID, CorrelationId::parse)?,
        created_at: Timestamp::from_unix_ms(read_number(item, "created_at")?),
        updated_at: Timestamp::from_unix_ms(read_number(item, "updated_at")?),
    })
}

/// The order and the events of its history. Earlier releases wrote no events.
pub(crate) fn history(item: &Item) -> Result<RecordedHistory, UnreadableItem> {
    Ok(RecordedHistory {
        order: order(item)?,
        recorded: recorded_events(item)?,
    })
}

fn recorded_events(item: &Item) -> Result<Vec<OrderEvent>, UnreadableItem> {
    let texts = read_texts(item, HISTORY)?;
    let events = texts.iter().map(|text| order_item::parse_event(text));
    events
        .collect::<Result<_, _>>()
        .map_err(|fault| UnreadableItem::invalid(HISTORY, fault))
}

/// The event as the list that an update appends to [`HISTORY`].
pub(crate) fn events(event: &OrderEvent) -> AttributeValue {
    texts(&[order_item::event_text(event)])
}

pub(crate) fn standing(item: &Item) -> Result<Standing, UnreadableItem> {
    Ok(Standing {
        status: named(item, order_item::STATUS, OrderStatus::parse)?,
        parked_from: optional_named(item, "parked_from", OrderStatus::parse)?,
    })
}

pub(crate) fn fulfilment_order(item: &Item) -> Result<FulfilmentOrder, UnreadableItem> {
    stored(item).map(FulfilmentOrder::from)
}

pub(crate) fn stored(item: &Item) -> Result<StoredOrder, UnreadableItem> {
    let Standing { status: _, parked_from } = standing(item)?;
    let parking = if parked_from.is_some() || item.contains_key("parking_execution") {
        Some(Parking {
            execution: read_text(item, "parking_execution")?.to_owned(),
            error: read_text(item, "parking_error")?.to_owned(),
            cause: read_text(item, "parking_cause")?.to_owned(),
        })
    } else {
        None
    };
    Ok(StoredOrder {
        order: order(item)?,
        cancel_correlation_id: optional_parsed(item, order_item::CANCEL_CORRELATION_ID, CorrelationId::parse)?,
        parked_from,
        parking,
        // The sagas, which read this, do not use it: an event that only a later release can read must not stop them.
        history: recorded_events(item).unwrap_or_default(),
    })
}
