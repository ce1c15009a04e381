//! How does a customer see an order?

use domain::orders::order::Order;
use serde::Serialize;

use crate::money::MoneyJson;
use crate::time::rfc3339;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderJson {
    pub id: String,
    /// PENDING, CONFIRMED, REJECTED, CANCELLING, CANCELLED or PARKED.
    pub status: &'static str,
    /// Present once the order is REJECTED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    pub items: Vec<OrderItemJson>,
    pub total: MoneyJson,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderItemJson {
    pub sku: String,
    pub quantity: u32,
    /// What one unit cost when the order was placed.
    pub unit_price: MoneyJson,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderPageJson {
    pub orders: Vec<OrderJson>,
    /// `null` on the last page.
    pub next_cursor: Option<String>,
}

impl From<&Order> for OrderJson {
    fn from(order: &Order) -> Self {
        let items = order.lines.iter().map(|line| OrderItemJson {
            sku: line.sku.to_string(),
            quantity: line.quantity.units(),
            unit_price: line.unit_price.into(),
        });
        Self {
            id: order.id.to_string(),
            status: order.status.as_str(),
            reason: order.reason.map(domain::values::RejectionReason::as_str),
            items: items.collect(),
            total: order.total.into(),
            created_at: rfc3339(order.created_at),
            updated_at: rfc3339(order.updated_at),
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
