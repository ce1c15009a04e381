//! Tests of confirming an order.

use domain::fulfilment::confirm_order::{ConfirmOrder, ConfirmOrderError};
use domain::fulfilment::ports::{OrderBook, Parking, SagaKind, StockLedger, Transition};
use domain::values::OrderStatus;

use super::world::{World, now, order_id};

fn confirm(world: &World) -> ConfirmOrder {
    ConfirmOrder {
        book: world.memory.clone(),
        stock: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

async fn with_stock_reserved() -> World {
    let world = World::new();
    world
        .memory
        .reserve(&world.id, &world.order.lines, now())
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn a_confirmed_order_has_its_stock_sold_however_often_it_is_asked() {
    let world = with_stock_reserved().await;
    world.memory.lose_answer("stock.commit");
    assert!(matches!(
        confirm(&world).run(&world.id).await,
        Err(ConfirmOrderError::Port(_))
    ));
    assert_eq!(world.status(), OrderStatus::Pending, "not before its stock");
    world.memory.lose_answer("orders.confirm");
    assert!(matches!(
        confirm(&world).run(&world.id).await,
        Err(ConfirmOrderError::Port(_))
    ));
    for _ in 0..2 {
        confirm(&world).run(&world.id).await.unwrap();
        assert_eq!(world.status(), OrderStatus::Confirmed);
        assert!(world.is_committed());
        assert_eq!(world.available(), (7, 9));
    }
}

#[tokio::test]
async fn a_late_confirm_does_not_revive_a_cancelled_order_nor_take_its_stock() {
    for status in [OrderStatus::Cancelling, OrderStatus::Cancelled] {
        let world = with_stock_reserved().await;
        confirm(&world).run(&world.id).await.unwrap();
        world.bring(status);
        world.memory.give_back(&world.id, now()).await.unwrap();
        confirm(&world).run(&world.id).await.unwrap();
        assert_eq!(world.status(), status);
        assert_eq!(world.available(), (10, 10));
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
        world.bring(saga.awaited_in());
        let parked = world.memory.park(&world.id, saga, &parking, now()).await;
        assert_eq!(parked.unwrap(), Transition::Done);
        confirm(&world).run(&world.id).await.unwrap();
        assert_eq!(world.status(), to);
    }
}

#[tokio::test]
async fn a_rejected_order_stays_rejected() {
    let world = World::new();
    world.bring(OrderStatus::Rejected);
    let refused = confirm(&world).run(&world.id).await;
    assert!(matches!(
        refused,
        Err(ConfirmOrderError::NotConfirmable(OrderStatus::Rejected))
    ));
    let unknown = confirm(&world).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(ConfirmOrderError::OrderNotFound)));
}
