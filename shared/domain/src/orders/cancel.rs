//! May this order still be cancelled?

use std::sync::Arc;

use super::ports::{CancelOutcome, OrderRepository};
use crate::ports::{Clock, PortFailure};
use crate::values::{CorrelationId, CustomerId, OrderId};

pub struct CancelOrder {
    pub orders: Arc<dyn OrderRepository>,
    pub clock: Arc<dyn Clock>,
}

impl CancelOrder {
    /// Only a confirmed order can be; the undoing itself is a saga that the order's change starts.
    pub async fn run(
        &self,
        customer: &CustomerId,
        id: &OrderId,
        correlation_id: &CorrelationId,
    ) -> Result<CancelOutcome, PortFailure> {
        self.orders
            .begin_cancelling(id, customer, correlation_id, self.clock.now())
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::fakes::{FixedClock, Store, order};
    use super::super::order::Order;
    use super::*;
    use crate::values::OrderStatus;

    async fn cancelled(order: &Order, customer: &str) -> CancelOutcome {
        let store = Arc::new(Store::default());
        store.put(order.clone());
        let clock = Arc::new(FixedClock::default());
        clock.advance(Duration::from_secs(9));
        let cancel = CancelOrder { orders: store, clock };
        let request = CorrelationId::parse("request-2").unwrap();
        cancel
            .run(&CustomerId::parse(customer).unwrap(), &order.id, &request)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn only_what_is_confirmed_can_be_cancelled_and_asking_twice_is_harmless() {
        for status in OrderStatus::ALL {
            let order = order("ann", 1, status);
            let expected = match status {
                OrderStatus::Confirmed => CancelOutcome::Cancelling(Order {
                    status: OrderStatus::Cancelling,
                    updated_at: order.created_at.plus(Duration::from_secs(8)),
                    ..order.clone()
                }),
                OrderStatus::Cancelling => CancelOutcome::Cancelling(order.clone()),
                _ => CancelOutcome::Refused(status),
            };
            assert_eq!(cancelled(&order, "ann").await, expected, "{status:?}");
        }
    }

    #[tokio::test]
    async fn anothers_order_cannot_be_cancelled_nor_found() {
        let order = order("ann", 1, OrderStatus::Confirmed);
        assert_eq!(cancelled(&order, "bob").await, CancelOutcome::NotFound);
    }
}
