//! The JSON of an order's history, as its customer sees it.

use domain::values::{OrderEvent, RejectionReason};
use serde::Serialize;

use crate::time::rfc3339;

/// The history of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OrderEvents"))]
pub struct OrderEventsJson {
    /// Oldest first. The first one is PENDING, and the last one has the status of the order.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = domain::values::ORDER_EVENTS_MAX)))]
    pub events: Vec<OrderEventJson>,
}

/// One change of the order's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OrderEvent"))]
pub struct OrderEventJson {
    /// When the status changed, RFC 3339. No event is earlier than the one before it.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::date_time"))]
    pub at: String,
    /// The status from this time on.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::order_status"))]
    pub status: &'static str,
    /// Present for REJECTED.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::rejection_reason"))]
    pub reason: Option<&'static str>,
    /// The party that changed the status.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::actor"))]
    pub by: &'static str,
}

impl From<&[OrderEvent]> for OrderEventsJson {
    fn from(events: &[OrderEvent]) -> Self {
        Self {
            events: events.iter().map(OrderEventJson::from).collect(),
        }
    }
}

impl From<&OrderEvent> for OrderEventJson {
    fn from(event: &OrderEvent) -> Self {
        let OrderEvent { at, status, reason, by } = event;
        Self {
            at: rfc3339(*at),
            status: status.as_str(),
            reason: reason.map(RejectionReason::as_str),
            by: by.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::values::{Actor, OrderStatus, Timestamp};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_history_shows_what_was_promised_and_nothing_else() {
        let at = Timestamp::from_unix_ms(1_793_527_200_000);
        let rejected = OrderEvent {
            at: Timestamp::from_unix_ms(1_793_527_201_500),
            status: OrderStatus::Rejected,
            reason: Some(RejectionReason::OutOfStock),
            by: Actor::Saga,
        };
        assert_eq!(
            json!(OrderEventsJson::from([OrderEvent::placed(at), rejected].as_slice())),
            json!({"events": [
                {"at": "2026-11-01T10:00:00.000Z", "status": "PENDING", "by": "customer"},
                {"at": "2026-11-01T10:00:01.500Z", "status": "REJECTED", "reason": "out_of_stock", "by": "saga"},
            ]})
        );
    }
}
