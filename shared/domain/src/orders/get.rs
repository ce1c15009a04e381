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

#[cfg(test)]
mod tests {
    use super::super::fakes::{Store, order};
    use super::*;
    use crate::values::OrderStatus;

    #[tokio::test]
    async fn anothers_order_is_as_absent_as_one_that_never_was() {
        let store = Arc::new(Store::default());
        let anns = order("ann", 1, OrderStatus::Pending);
        store.put(anns.clone());
        let get = GetOrder { orders: store };
        assert_eq!(get.run(&anns.customer, &anns.id).await.unwrap().as_ref(), Some(&anns));
        assert_eq!(
            get.run(&CustomerId::parse("bob").unwrap(), &anns.id).await.unwrap(),
            None
        );
        assert_eq!(
            get.run(&anns.customer, &OrderId::parse("order-2").unwrap())
                .await
                .unwrap(),
            None
        );
    }
}
