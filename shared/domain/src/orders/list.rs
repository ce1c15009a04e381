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

#[cfg(test)]
mod tests {
    use super::super::fakes::{Store, order};
    use super::*;
    use crate::values::{CustomerId, OrderStatus};

    fn query(limit: usize) -> OrderQuery {
        OrderQuery {
            customer: CustomerId::parse("ann").unwrap(),
            status: None,
            after: None,
            limit,
        }
    }

    #[tokio::test]
    async fn a_page_has_at_least_one_and_at_most_a_hundred_orders() {
        let store = Arc::new(Store::default());
        for number in 1..=101 {
            store.put(order("ann", number, OrderStatus::Pending));
        }
        let list = ListOrders { orders: store };
        for (limit, length) in [
            (0, 1),
            (1, 1),
            (ORDERS_PAGE_DEFAULT, 20),
            (ORDERS_PAGE_MAX, 100),
            (usize::MAX, 100),
        ] {
            assert_eq!(list.run(&query(limit)).await.unwrap().orders.len(), length, "{limit}");
        }
    }

    #[tokio::test]
    async fn pages_follow_each_other_newest_first_and_own_orders_only() {
        let store = Arc::new(Store::default());
        for number in 1..=3 {
            store.put(order("ann", number, OrderStatus::Pending));
        }
        store.put(order("bob", 4, OrderStatus::Pending));
        let list = ListOrders { orders: store };
        let first = list.run(&query(2)).await.unwrap();
        let second = list
            .run(&OrderQuery {
                after: first.next,
                ..query(2)
            })
            .await
            .unwrap();
        let ids: Vec<_> = first
            .orders
            .iter()
            .chain(&second.orders)
            .map(|order| order.id.as_str())
            .collect();
        assert_eq!(ids, ["order-3", "order-2", "order-1"]);
        assert_eq!(second.next, None);
    }
}
