//! Is there enough of everything?

use std::sync::Arc;

use super::ports::{OrderBook, Reservation, StockLedger};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, Sku};

pub struct ReserveStock {
    pub book: Arc<dyn OrderBook>,
    pub stock: Arc<dyn StockLedger>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReserveStockError {
    #[error("too few units of {} products", .0.len())]
    OutOfStock(Vec<Sku>),
    #[error("the stock was given back before")]
    ReservationClosed,
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl ReserveStock {
    pub async fn run(&self, id: &OrderId) -> Result<(), ReserveStockError> {
        let order = self.book.find(id).await?.ok_or(ReserveStockError::OrderNotFound)?;
        match self.stock.reserve(id, &order.lines, self.clock.now()).await? {
            Reservation::Reserved => Ok(()),
            Reservation::OutOfStock(skus) => Err(ReserveStockError::OutOfStock(skus)),
            Reservation::Closed => Err(ReserveStockError::ReservationClosed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, World, order_id};
    use super::*;

    fn reserve(world: &World) -> ReserveStock {
        ReserveStock {
            book: Arc::clone(&world.book) as _,
            stock: Arc::clone(&world.stock) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn every_line_is_set_aside_once_however_often_it_is_asked() {
        let world = World::new();
        world.stock.answers.lose_next();
        let lost = reserve(&world).run(&world.id).await;
        assert!(matches!(lost, Err(ReserveStockError::Port(failure)) if failure.transient));
        for _ in 0..2 {
            reserve(&world).run(&world.id).await.unwrap();
            assert_eq!(world.stock.available(), (7, 9));
        }
    }

    #[tokio::test]
    async fn a_shortage_names_the_products_and_takes_nothing() {
        let world = World::new();
        world.stock.put("MUG", 2);
        for _ in 0..2 {
            let short = reserve(&world).run(&world.id).await;
            let mugs = [Sku::parse("MUG").unwrap()];
            assert!(matches!(short, Err(ReserveStockError::OutOfStock(skus)) if skus == mugs));
            assert_eq!(world.stock.available(), (2, 10));
        }
    }

    #[tokio::test]
    async fn a_reservation_that_arrives_after_the_release_takes_nothing() {
        let world = World::new();
        world.stock.give_back(&world.id, FixedClock.now()).await.unwrap();
        let late = reserve(&world).run(&world.id).await;
        assert!(matches!(late, Err(ReserveStockError::ReservationClosed)));
        assert_eq!(world.stock.available(), (10, 10));
    }

    #[tokio::test]
    async fn nothing_is_set_aside_for_an_order_that_never_was() {
        let unknown = reserve(&World::new()).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(ReserveStockError::OrderNotFound)));
    }
}
