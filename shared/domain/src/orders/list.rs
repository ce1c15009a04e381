//! Lists the orders of a customer, page by page.

use std::sync::Arc;

use super::ports::{OrderPage, OrderQuery, OrderRepository};
use crate::ports::PortFailure;

/// Orders of a page at most.
pub const ORDERS_PAGE_MAX: usize = 100;
/// Orders of a page if the caller asks for no number.
pub const ORDERS_PAGE_DEFAULT: usize = 20;

/// The use case behind `GET /orders`.
pub struct ListOrders {
    /// The stored orders.
    pub orders: Arc<dyn OrderRepository>,
}

impl ListOrders {
    /// A limit above [`ORDERS_PAGE_MAX`] is lowered to it. The handler refuses such a limit before.
    pub async fn run(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let limit = query.limit.clamp(1, ORDERS_PAGE_MAX);
        self.orders.list(&OrderQuery { limit, ..query.clone() }).await
    }
}
