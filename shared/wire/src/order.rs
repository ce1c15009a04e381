//! The JSON of an order, as its customer sees it.

use domain::orders::order::{Order, OrderLine};
use domain::values::RejectionReason;
use serde::Serialize;

use crate::money::MoneyJson;
use crate::time::rfc3339;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Order"))]
pub struct OrderJson {
    /// The order's id.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::identifier"))]
    pub id: String,
    /// PENDING, CONFIRMED, REJECTED, CANCELLING, CANCELLED or PARKED.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::order_status"))]
    pub status: &'static str,
    /// Present once the order is REJECTED.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::rejection_reason"))]
    pub reason: Option<&'static str>,
    /// What was ordered, each product once.
    pub items: Vec<OrderItemJson>,
    /// The sum over all items.
    pub total: MoneyJson,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::date_time"))]
    pub created_at: String,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::date_time"))]
    pub updated_at: String,
}

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OrderItem"))]
pub struct OrderItemJson {
    /// The product: its stock keeping unit, 1 to 64 bytes of UTF-8.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::sku"))]
    pub sku: String,
    /// The number of units.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::quantity"))]
    pub quantity: u32,
    /// What one unit cost when the order was placed.
    pub unit_price: MoneyJson,
}

/// One page of the caller's orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OrderPage"))]
pub struct OrderPageJson {
    /// Newest first.
    pub orders: Vec<OrderJson>,
    /// `null` on the last page.
    pub next_cursor: Option<String>,
}

impl From<&Order> for OrderJson {
    fn from(order: &Order) -> Self {
        let Order {
            id,
            // The caller.
            customer: _,
            lines,
            total,
            // A secret.
            payment_token: _,
            status,
            reason,
            // Internal.
            correlation_id: _,
            created_at,
            updated_at,
        } = order;
        Self {
            id: id.to_string(),
            status: status.as_str(),
            reason: reason.map(RejectionReason::as_str),
            items: lines.iter().map(OrderItemJson::from).collect(),
            total: (*total).into(),
            created_at: rfc3339(*created_at),
            updated_at: rfc3339(*updated_at),
        }
    }
}

impl From<&OrderLine> for OrderItemJson {
    fn from(line: &OrderLine) -> Self {
        let OrderLine {
            sku,
            quantity,
            unit_price,
        } = line;
        Self {
            sku: sku.to_string(),
            quantity: quantity.units(),
            unit_price: (*unit_price).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::values::{OrderStatus, RejectionReason, Timestamp};
    use port_contracts::samples::anns_order;
    use serde_json::json;

    use super::*;

    fn order() -> Order {
        Order {
            created_at: Timestamp::from_unix_ms(1_793_527_200_000),
            updated_at: Timestamp::from_unix_ms(1_793_527_201_500),
            ..anns_order()
        }
    }

    #[test]
    fn an_order_shows_what_was_promised_and_nothing_else() {
        assert_eq!(
            json!(OrderJson::from(&order())),
            json!({
                "id": "order-1",
                "status": "PENDING",
                "items": [
                    {"sku": "MUG-01", "quantity": 2, "unit_price": {"amount_minor": 1250, "currency": "EUR"}},
                ],
                "total": {"amount_minor": 2500, "currency": "EUR"},
                "created_at": "2026-11-01T10:00:00.000Z",
                "updated_at": "2026-11-01T10:00:01.500Z",
            })
        );
    }

    #[test]
    fn a_rejected_order_says_why() {
        let rejected = Order {
            status: OrderStatus::Rejected,
            reason: Some(RejectionReason::OutOfStock),
            ..order()
        };
        let rejected = json!(OrderJson::from(&rejected));
        assert_eq!(
            (&rejected["status"], &rejected["reason"]),
            (&json!("REJECTED"), &json!("out_of_stock"))
        );
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = OrderPageJson {
            orders: Vec::new(),
            next_cursor: None,
        };
        assert_eq!(json!(page), json!({"orders": [], "next_cursor": null}));
    }
}
