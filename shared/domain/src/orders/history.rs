//! The history of an order, completed where its store recorded only a part of it.

use super::order::Order;
use crate::values::{Actor, OrderEvent, OrderStatus};

/// An order with the events that its store recorded, oldest first. Versions of the shop without histories recorded
/// none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedHistory {
    /// The order as it is now.
    pub order: Order,
    /// Each change that was recorded, oldest first.
    pub recorded: Vec<OrderEvent>,
}

impl RecordedHistory {
    /// All events that are known, oldest first.
    ///
    /// - The first event is always PENDING: without a record it has the time when the order was created.
    /// - The last event always has the order's status: without a record it has the time of the last change.
    /// - Changes between these two that nobody recorded are absent.
    /// - Two machines' clocks may differ. An event that would be earlier than the one before it gets the same time.
    pub fn complete(self) -> Vec<OrderEvent> {
        let Self { order, recorded } = self;
        let mut events = recorded;
        if events.first().is_none_or(|first| first.status != OrderStatus::Pending) {
            events.insert(0, OrderEvent::placed(order.created_at));
        }
        if events.last().is_none_or(|last| last.status != order.status) {
            events.push(OrderEvent {
                at: order.updated_at,
                status: order.status,
                reason: order.reason,
                by: usual_actor(order.status),
            });
        }
        let mut latest = order.created_at;
        for event in &mut events {
            latest = latest.max(event.at);
            event.at = latest;
        }
        events
    }
}

/// The actor that sets this status, where no event recorded one.
fn usual_actor(status: OrderStatus) -> Actor {
    match status {
        OrderStatus::Pending | OrderStatus::Cancelling => Actor::Customer,
        OrderStatus::Confirmed | OrderStatus::Rejected | OrderStatus::Cancelled | OrderStatus::Parked => Actor::Saga,
    }
}
