//! When is a cancel complete?

use std::sync::Arc;

use super::ports::{OrderBook, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

pub struct CompleteCancel {
    pub book: Arc<dyn OrderBook>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum CompleteCancelError {
    #[error("an order that is {} is not being cancelled", .0.as_str())]
    NotCancelling(OrderStatus),
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl CompleteCancel {
    /// The saga asks for this only after money and stock were given back.
    pub async fn run(&self, id: &OrderId) -> Result<(), CompleteCancelError> {
        match self.book.complete_cancel(id, self.clock.now()).await? {
            Transition::Done | Transition::AlreadyDone => Ok(()),
            Transition::Refused(status) => Err(CompleteCancelError::NotCancelling(status)),
            Transition::NotFound => Err(CompleteCancelError::OrderNotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, World, order_id};
    use super::*;

    fn complete(world: &World) -> CompleteCancel {
        CompleteCancel {
            book: Arc::clone(&world.book) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn a_cancel_is_completed_once_however_often_it_is_asked() {
        let world = World::new();
        world.book.bring(&world.id, OrderStatus::Cancelling);
        world.book.answers.lose_next();
        let lost = complete(&world).run(&world.id).await;
        assert!(matches!(lost, Err(CompleteCancelError::Port(failure)) if failure.transient));
        for _ in 0..2 {
            complete(&world).run(&world.id).await.unwrap();
            assert_eq!(world.book.status(&world.id), OrderStatus::Cancelled);
        }
    }

    #[tokio::test]
    async fn only_an_order_that_is_being_cancelled_becomes_cancelled() {
        for status in [
            OrderStatus::Pending,
            OrderStatus::Confirmed,
            OrderStatus::Rejected,
            OrderStatus::Parked,
        ] {
            let world = World::new();
            world.book.bring(&world.id, status);
            let refused = complete(&world).run(&world.id).await;
            assert!(matches!(refused, Err(CompleteCancelError::NotCancelling(standing)) if standing == status));
            assert_eq!(world.book.status(&world.id), status);
        }
        let unknown = complete(&World::new()).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(CompleteCancelError::OrderNotFound)));
    }
}
