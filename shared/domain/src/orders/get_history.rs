//! Reads the history of an order for its customer.

use std::sync::Arc;

use super::history::RecordedHistory;
use super::ports::OrderRepository;
use crate::ports::PortFailure;
use crate::values::{CustomerId, OrderEvent, OrderId};

/// The use case behind `GET /orders/{id}/events`.
pub struct GetOrderHistory {
    /// Reads the order with its history.
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
