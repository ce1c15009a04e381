//! Tests of releasing stock.

use domain::fulfilment::ports::{Reservation, StockLedger};
use domain::fulfilment::release_stock::ReleaseStock;

use super::world::{World, now};

fn release(world: &World) -> ReleaseStock {
    ReleaseStock {
        stock: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn what_was_reserved_or_sold_comes_back_once() {
    for sold in [false, true] {
        let world = World::new();
        let at = now();
        world.memory.reserve(&world.id, &world.order.lines, at).await.unwrap();
        if sold {
            world.memory.commit(&world.id, at).await.unwrap();
        }
        world.memory.lose_answer("stock.give_back");
        assert!(
            release(&world)
                .run(&world.id)
                .await
                .is_err_and(|failure| failure.transient)
        );
        for _ in 0..2 {
            release(&world).run(&world.id).await.unwrap();
            assert_eq!(world.available(), (10, 10), "sold: {sold}");
        }
    }
}

#[tokio::test]
async fn a_release_that_arrives_first_wins() {
    let world = World::new();
    release(&world).run(&world.id).await.unwrap();
    let late = world
        .memory
        .reserve(&world.id, &world.order.lines, now())
        .await
        .unwrap();
    assert_eq!(late, Reservation::Closed);
    release(&world).run(&world.id).await.unwrap();
    assert_eq!(world.available(), (10, 10));
}
