//! Reads the history of an order for its customer, and completes one that was recorded in part.

use std::sync::Arc;

use super::order::Order;
use super::ports::OrderRepository;
use crate::ports::PortFailure;
use crate::values::{Actor, CustomerId, OrderEvent, OrderId, OrderStatus};

/// An order with the events that its store recorded, oldest first. Versions of the shop without histories recorded none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedHistory {
    pub order: Order,
    pub recorded: Vec<OrderEvent>,
}

/// The use case behind `GET /orders/{id}/events`.
pub struct GetOrderHistory {
    pub orders: Arc<dyn OrderRepository>,
}

impl GetOrderHistory {
    /// `None` for another customer's order, too.
    pub async fn run(&self, customer: &CustomerId, id: &OrderId) -> Result<Option<Vec<OrderEvent>>, PortFailure> {
        let history = self.orders.history(id).await?;
        let own = history.filter(|history| history.order.customer == *customer);
        Ok(own.map(RecordedHistory::complete))
    }
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
