//! When is an order turned down?

use std::sync::Arc;

use super::ports::{Done, OrderBook, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus, RejectionReason};

pub struct RejectOrder {
    pub book: Arc<dyn OrderBook>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum RejectOrderError {
    #[error("an order that is {} cannot be rejected", .0.as_str())]
    NotRejectable(OrderStatus),
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RejectOrder {
    /// The saga asks for this only after everything was undone.
    pub async fn run(&self, id: &OrderId, reason: RejectionReason) -> Result<Done, RejectOrderError> {
        match self.book.reject(id, reason, self.clock.now()).await? {
            Transition::Done => Ok(Done::Now),
            Transition::AlreadyDone => Ok(Done::Before),
            Transition::Refused(status) => Err(RejectOrderError::NotRejectable(status)),
            Transition::NotFound => Err(RejectOrderError::OrderNotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, World, order_id};
    use super::*;

    fn reject(world: &World) -> RejectOrder {
        RejectOrder {
            book: Arc::clone(&world.book) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn an_order_is_rejected_once_and_keeps_its_first_reason() {
        let world = World::new();
        world.book.answers.lose_next();
        let lost = reject(&world).run(&world.id, RejectionReason::OutOfStock).await;
        assert!(matches!(lost, Err(RejectOrderError::Port(failure)) if failure.transient));
        for reason in [RejectionReason::OutOfStock, RejectionReason::PaymentDeclined] {
            reject(&world).run(&world.id, reason).await.unwrap();
            let order = world.book.order(&world.id);
            assert_eq!(
                (order.status, order.reason),
                (OrderStatus::Rejected, Some(RejectionReason::OutOfStock))
            );
        }
    }

    #[tokio::test]
    async fn an_order_that_was_confirmed_cannot_be_rejected() {
        for status in [OrderStatus::Confirmed, OrderStatus::Cancelling, OrderStatus::Cancelled] {
            let world = World::new();
            world.book.bring(&world.id, status);
            let refused = reject(&world).run(&world.id, RejectionReason::OutOfStock).await;
            assert!(matches!(refused, Err(RejectOrderError::NotRejectable(standing)) if standing == status));
            assert_eq!(world.book.status(&world.id), status);
        }
    }

    #[tokio::test]
    async fn an_order_that_never_was_cannot_be_rejected() {
        let unknown = reject(&World::new())
            .run(&order_id("order-2"), RejectionReason::OutOfStock)
            .await;
        assert!(matches!(unknown, Err(RejectOrderError::OrderNotFound)));
    }
}
