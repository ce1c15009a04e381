//! May this customer see this order?

use std::sync::Arc;

use super::order::Order;
use super::ports::OrderRepository;
use crate::ports::PortFailure;
use crate::values::{CustomerId, OrderId};

pub struct GetOrder {
    pub orders: Arc<dyn OrderRepository>,
}

impl GetOrder {
    /// Another customer's order is as absent as one that never was.
    pub async fn run(&self, customer: &CustomerId, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        let order = self.orders.find(id).await?;
        Ok(order.filter(|order| order.customer == *customer))
    }
}
