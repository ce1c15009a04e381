//! Tests of reserving stock.

use domain::fulfilment::ports::StockLedger;
use domain::fulfilment::reserve_stock::{ReserveStock, ReserveStockError};
use domain::values::Sku;

use super::world::{World, now, order_id};

fn reserve(world: &World) -> ReserveStock {
    ReserveStock {
        book: world.memory.clone(),
        stock: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn every_line_is_set_aside_once_however_often_it_is_asked() {
    let world = World::new();
    world.memory.lose_answer("stock.reserve");
    let lost = reserve(&world).run(&world.id).await;
    assert!(matches!(lost, Err(ReserveStockError::Port(failure)) if failure.transient));
    for _ in 0..2 {
        reserve(&world).run(&world.id).await.unwrap();
        assert_eq!(world.available(), (7, 9));
    }
}

#[tokio::test]
async fn a_shortage_names_the_products_and_takes_nothing() {
    let world = World::new();
    world.put("MUG", 2);
    for _ in 0..2 {
        let short = reserve(&world).run(&world.id).await;
        let mugs = [Sku::parse("MUG").unwrap()];
        assert!(matches!(short, Err(ReserveStockError::OutOfStock(skus)) if skus == mugs));
        assert_eq!(world.available(), (2, 10));
    }
}

#[tokio::test]
async fn a_reservation_that_arrives_after_the_release_takes_nothing() {
    let world = World::new();
    world.memory.give_back(&world.id, now()).await.unwrap();
    let late = reserve(&world).run(&world.id).await;
    assert!(matches!(late, Err(ReserveStockError::ReservationClosed)));
    assert_eq!(world.available(), (10, 10));
}

#[tokio::test]
async fn nothing_is_set_aside_for_an_order_that_never_was() {
    let unknown = reserve(&World::new()).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(ReserveStockError::OrderNotFound)));
}
