//! The attributes of an order's item that the readers of the order stream use.
//!
//! The item belongs to the adapter that writes it; these few names are shared with `saga-start` and with the filters of
//! its event source in the template. All of them are texts. Every adapter also writes `lines` and the events of
//! `history` as the same texts.

use domain::orders::order::OrderLine;
use domain::values::{
    Actor, Currency, Money, MoneyFault, OrderEvent, OrderLines, OrderLinesFault, OrderStatus, Quantity,
    QuantityOutOfRange, RejectionReason, Sku, SkuFault, Timestamp, UnknownCurrency,
};
use serde::{Deserialize, Serialize};

/// The attribute with the kind of the item, like [`KIND_ORDER`].
pub const KIND: &str = "kind";
/// The [`KIND`] of an order; other kinds of items share its table.
pub const KIND_ORDER: &str = "ORDER";
/// The attribute with the order's id.
pub const ORDER_ID: &str = "order_id";
/// The attribute with the order's status, like `PENDING`.
pub const STATUS: &str = "status";
/// Of the request that placed the order.
pub const CORRELATION_ID: &str = "correlation_id";
/// Of the request that cancelled it; present once the order is CANCELLING.
pub const CANCEL_CORRELATION_ID: &str = "cancel_correlation_id";
/// X-Ray's header of the request that placed the order, where it had one.
pub const TRACE_HEADER: &str = "trace_header";
/// Of the request that cancelled it.
pub const CANCEL_TRACE_HEADER: &str = "cancel_trace_header";

/// `{"sku": "MUG-01", "quantity": 2, "unit_price_minor": 1250, "currency": "EUR"}`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OrderLine"))]
struct LineJson {
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::sku"))]
    sku: String,
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::quantity"))]
    quantity: u32,
    unit_price_minor: i64,
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::currency"))]
    currency: String,
}

/// Why a stored text is not the lines of an order.
#[derive(Debug, thiserror::Error)]
pub enum StoredLinesFault {
    /// The text is not JSON, or its members are others.
    #[error("the lines are not the JSON of order lines")]
    Json(#[from] serde_json::Error),
    /// The SKU breaks a rule.
    #[error("a line has no valid SKU")]
    Sku(#[from] SkuFault),
    /// The quantity is out of range.
    #[error("a line has no valid quantity")]
    Quantity(#[from] QuantityOutOfRange),
    /// The currency is not one of ISO 4217.
    #[error("a line has an unknown currency")]
    Currency(#[from] UnknownCurrency),
    /// The price breaks a rule.
    #[error("a line has no valid price")]
    Price(#[from] MoneyFault),
    /// There is no line, there are too many, or a SKU comes twice.
    #[error("the lines break a rule of orders")]
    Lines(#[from] OrderLinesFault),
}

/// The lines of an order as the text that stores and stream images hold.
pub fn lines_text(lines: &OrderLines<OrderLine>) -> Result<String, serde_json::Error> {
    let lines: Vec<LineJson> = lines.iter().map(LineJson::from).collect();
    serde_json::to_string(&lines)
}

/// The reverse of [`lines_text`].
pub fn parse_lines(text: &str) -> Result<OrderLines<OrderLine>, StoredLinesFault> {
    let lines: Vec<LineJson> = serde_json::from_str(text)?;
    let lines: Result<Vec<OrderLine>, StoredLinesFault> = lines.into_iter().map(OrderLine::try_from).collect();
    Ok(OrderLines::new(lines?)?)
}

/// Why a stored text is not an event of an order's history.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is not an event of an order: expected time in Unix milliseconds, status, actor, and a reason or nothing"
)]
pub struct StoredEventFault(String);

/// An event of an order's history as the text that stores hold: `1793527201500 REJECTED saga out_of_stock`, the reason
/// only where there is one. It is short so that a usual order stays below 1 KB, which DynamoDB writes for one unit.
pub fn event_text(event: &OrderEvent) -> String {
    let OrderEvent { at, status, reason, by } = event;
    let required = format!("{} {} {}", at.unix_ms(), status.as_str(), by.as_str());
    reason.map_or(required.clone(), |reason| format!("{required} {}", reason.as_str()))
}

/// The reverse of [`event_text`].
pub fn parse_event(text: &str) -> Result<OrderEvent, StoredEventFault> {
    split_event(text).ok_or_else(|| StoredEventFault(text.to_owned()))
}

fn split_event(text: &str) -> Option<OrderEvent> {
    let mut parts = text.split(' ');
    let event = OrderEvent {
        at: Timestamp::from_unix_ms(parts.next()?.parse().ok()?),
        status: OrderStatus::parse(parts.next()?)?,
        by: Actor::parse(parts.next()?)?,
        reason: match parts.next() {
            Some(reason) => Some(RejectionReason::parse(reason)?),
            None => None,
        },
    };
    parts.next().is_none().then_some(event)
}

impl From<&OrderLine> for LineJson {
    fn from(line: &OrderLine) -> Self {
        let OrderLine {
            sku,
            quantity,
            unit_price,
        } = line;
        Self {
            sku: sku.to_string(),
            quantity: quantity.units(),
            unit_price_minor: unit_price.amount_minor(),
            currency: unit_price.currency().code().to_owned(),
        }
    }
}

impl TryFrom<LineJson> for OrderLine {
    type Error = StoredLinesFault;

    fn try_from(line: LineJson) -> Result<Self, StoredLinesFault> {
        let LineJson {
            sku,
            quantity,
            unit_price_minor,
            currency,
        } = line;
        Ok(Self {
            sku: Sku::parse(&sku)?,
            quantity: Quantity::new(quantity)?,
            unit_price: Money::new(unit_price_minor, Currency::parse(&currency)?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUG: &str = r#"{"sku":"MUG-01","quantity":2,"unit_price_minor":1250,"currency":"EUR"}"#;

    #[test]
    fn lines_read_back_from_their_text() {
        let text = format!("[{MUG}]");
        let lines = parse_lines(&text).unwrap();
        assert_eq!(lines[0].quantity.units(), 2);
        assert_eq!(lines[0].unit_price.to_decimal_text(), "12.50 EUR");
        assert_eq!(lines_text(&lines).unwrap(), text);
    }

    #[test]
    fn every_event_reads_back_from_its_text() {
        let reasons = RejectionReason::ALL.into_iter().map(Some).chain([None]);
        for (reason, by) in reasons.flat_map(|reason| Actor::ALL.map(|by| (reason, by))) {
            for status in OrderStatus::ALL {
                let at = Timestamp::from_unix_ms(1_793_527_201_500);
                let event = OrderEvent { at, status, reason, by };
                assert_eq!(parse_event(&event_text(&event)).unwrap(), event);
            }
        }
        let rejected = parse_event("1 REJECTED saga out_of_stock").unwrap();
        assert_eq!(event_text(&rejected), "1 REJECTED saga out_of_stock");
    }

    #[test]
    fn a_stored_event_with_an_unknown_or_missing_part_is_refused() {
        for text in [
            "",
            "1",
            "1 PENDING",
            "x PENDING customer",
            "1 LOST customer",
            "1 PENDING nobody",
            "1 REJECTED saga broke",
            "1 PENDING customer ",
            "1 REJECTED saga out_of_stock twice",
        ] {
            let fault = parse_event(text).unwrap_err().to_string();
            assert!(fault.contains("expected time in Unix milliseconds"), "{text}: {fault}");
        }
    }

    #[test]
    fn stored_lines_that_break_a_rule_are_refused_by_its_name() {
        let fault = |text: &str| parse_lines(text).unwrap_err();
        assert!(matches!(fault("[]"), StoredLinesFault::Lines(OrderLinesFault::Empty)));
        assert!(matches!(
            fault(&format!("[{MUG},{MUG}]")),
            StoredLinesFault::Lines(OrderLinesFault::RepeatedSku { line: 1 })
        ));
        for (from, to) in [("MUG-01", ""), ("2", "0"), ("EUR", "XXX"), ("1250", "-1"), ("[", "")] {
            let text = format!("[{MUG}]").replacen(from, to, 1);
            assert!(parse_lines(&text).is_err(), "{text}");
        }
    }
}
