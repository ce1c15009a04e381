//! How does stock come back?

use std::sync::Arc;

use super::ports::StockLedger;
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

pub struct ReleaseStock {
    pub stock: Arc<dyn StockLedger>,
    pub clock: Arc<dyn Clock>,
}

impl ReleaseStock {
    /// Gives back what the order holds, reserved or sold, exactly once, and closes it against a late reservation.
    pub async fn run(&self, id: &OrderId) -> Result<(), PortFailure> {
        self.stock.give_back(id, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, World};
    use super::super::ports::Reservation;
    use super::*;

    fn release(world: &World) -> ReleaseStock {
        ReleaseStock {
            stock: Arc::clone(&world.stock) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn what_was_reserved_or_sold_comes_back_once() {
        for sold in [false, true] {
            let world = World::new();
            let at = FixedClock.now();
            world.stock.reserve(&world.id, &world.order.lines, at).await.unwrap();
            if sold {
                world.stock.commit(&world.id, at).await.unwrap();
            }
            world.stock.answers.lose_next();
            assert!(
                release(&world)
                    .run(&world.id)
                    .await
                    .is_err_and(|failure| failure.transient)
            );
            for _ in 0..2 {
                release(&world).run(&world.id).await.unwrap();
                assert_eq!(world.stock.available(), (10, 10), "sold: {sold}");
            }
        }
    }

    #[tokio::test]
    async fn a_release_that_arrives_first_wins() {
        let world = World::new();
        release(&world).run(&world.id).await.unwrap();
        let late = world
            .stock
            .reserve(&world.id, &world.order.lines, FixedClock.now())
            .await
            .unwrap();
        assert_eq!(late, Reservation::Closed);
        release(&world).run(&world.id).await.unwrap();
        assert_eq!(world.stock.available(), (10, 10));
    }
}
