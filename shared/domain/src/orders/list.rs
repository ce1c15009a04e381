//! Which orders does a customer have?

use std::sync::Arc;

use super::ports::{OrderPage, OrderQuery, OrderRepository};
use crate::ports::PortFailure;

pub const ORDERS_PAGE_MAX: usize = 100;
pub const ORDERS_PAGE_DEFAULT: usize = 20;

pub struct ListOrders {
    pub orders: Arc<dyn OrderRepository>,
}

impl ListOrders {
    /// A limit beyond [`ORDERS_PAGE_MAX`] is lowered to it: whoever talks to callers refuses it before.
    pub async fn run(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let limit = query.limit.clamp(1, ORDERS_PAGE_MAX);
        self.orders.list(&OrderQuery { limit, ..query.clone() }).await
    }
}
