//! When is an order a sale?

use std::sync::Arc;

use super::ports::{Done, OrderBook, StockLedger, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

pub struct ConfirmOrder {
    pub book: Arc<dyn OrderBook>,
    pub stock: Arc<dyn StockLedger>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfirmOrderError {
    #[error("an order that is {} cannot be confirmed", .0.as_str())]
    NotConfirmable(OrderStatus),
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl ConfirmOrder {
    /// Commits the stock first: an order that says CONFIRMED holds nothing open. A late repetition after a cancel finds
    /// the reservation closed and the order past confirmation, and changes neither.
    pub async fn run(&self, id: &OrderId) -> Result<Done, ConfirmOrderError> {
        let now = self.clock.now();
        self.stock.commit(id, now).await?;
        match self.book.confirm(id, now).await? {
            Transition::Done => Ok(Done::Now),
            Transition::AlreadyDone => Ok(Done::Before),
            Transition::Refused(status) => Err(ConfirmOrderError::NotConfirmable(status)),
            Transition::NotFound => Err(ConfirmOrderError::OrderNotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, World, order_id};
    use super::super::ports::{Parking, SagaKind};
    use super::*;

    fn confirm(world: &World) -> ConfirmOrder {
        ConfirmOrder {
            book: Arc::clone(&world.book) as _,
            stock: Arc::clone(&world.stock) as _,
            clock: Arc::new(FixedClock),
        }
    }

    async fn with_stock_reserved() -> World {
        let world = World::new();
        world
            .stock
            .reserve(&world.id, &world.order.lines, FixedClock.now())
            .await
            .unwrap();
        world
    }

    #[tokio::test]
    async fn a_confirmed_order_has_its_stock_sold_however_often_it_is_asked() {
        let world = with_stock_reserved().await;
        world.stock.answers.lose_next();
        assert!(matches!(
            confirm(&world).run(&world.id).await,
            Err(ConfirmOrderError::Port(_))
        ));
        assert_eq!(
            world.book.status(&world.id),
            OrderStatus::Pending,
            "not before its stock"
        );
        world.book.answers.lose_next();
        assert!(matches!(
            confirm(&world).run(&world.id).await,
            Err(ConfirmOrderError::Port(_))
        ));
        for _ in 0..2 {
            confirm(&world).run(&world.id).await.unwrap();
            assert_eq!(world.book.status(&world.id), OrderStatus::Confirmed);
            assert!(world.stock.is_committed(&world.id));
            assert_eq!(world.stock.available(), (7, 9));
        }
    }

    #[tokio::test]
    async fn a_late_confirm_does_not_revive_a_cancelled_order_nor_take_its_stock() {
        for status in [OrderStatus::Cancelling, OrderStatus::Cancelled] {
            let world = with_stock_reserved().await;
            confirm(&world).run(&world.id).await.unwrap();
            world.book.bring(&world.id, status);
            world.stock.give_back(&world.id, FixedClock.now()).await.unwrap();
            confirm(&world).run(&world.id).await.unwrap();
            assert_eq!(world.book.status(&world.id), status);
            assert_eq!(world.stock.available(), (10, 10));
        }
    }

    #[tokio::test]
    async fn a_redrive_confirms_what_was_parked_while_pending_and_nothing_else() {
        let parking = Parking {
            execution: "order-1".to_owned(),
            error: "TIMED_OUT".to_owned(),
            cause: String::new(),
        };
        for (saga, to) in [
            (SagaKind::Order, OrderStatus::Confirmed),
            (SagaKind::Cancel, OrderStatus::Parked),
        ] {
            let world = with_stock_reserved().await;
            world.book.bring(&world.id, saga.awaited_in());
            let parked = world.book.park(&world.id, saga, &parking, FixedClock.now()).await;
            assert_eq!(parked.unwrap(), Transition::Done);
            confirm(&world).run(&world.id).await.unwrap();
            assert_eq!(world.book.status(&world.id), to);
        }
    }

    #[tokio::test]
    async fn a_rejected_order_stays_rejected() {
        let world = World::new();
        world.book.bring(&world.id, OrderStatus::Rejected);
        let refused = confirm(&world).run(&world.id).await;
        assert!(matches!(
            refused,
            Err(ConfirmOrderError::NotConfirmable(OrderStatus::Rejected))
        ));
        let unknown = confirm(&world).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(ConfirmOrderError::OrderNotFound)));
    }
}
