//! Reads one order for its customer.

use std::sync::Arc;

use super::order::Order;
use super::ports::OrderRepository;
use crate::ports::PortFailure;
use crate::values::{CustomerId, OrderId};

/// The use case behind `GET /orders/{id}`.
pub struct GetOrder {
    /// The stored orders.
    pub orders: Arc<dyn OrderRepository>,
}

impl GetOrder {
    /// `None` for another customer's order, too.
    pub async fn run(&self, customer: &CustomerId, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let order = self.orders.find(id).await?;
        Ok(order.filter(|order| order.customer == *customer))
    }
}
