//! Tests of completing a cancel.

use domain::fulfilment::complete_cancel::{CompleteCancel, CompleteCancelError};
use domain::values::OrderStatus;

use super::world::{World, order_id};

fn complete(world: &World) -> CompleteCancel {
    CompleteCancel {
        book: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn a_cancel_is_completed_once_however_often_it_is_asked() {
    let world = World::new();
    world.bring(OrderStatus::Cancelling);
    world.memory.lose_answer("orders.complete_cancel");
    let lost = complete(&world).run(&world.id).await;
    assert!(matches!(lost, Err(CompleteCancelError::Port(failure)) if failure.transient));
    for _ in 0..2 {
        complete(&world).run(&world.id).await.unwrap();
        assert_eq!(world.status(), OrderStatus::Cancelled);
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
        world.bring(status);
        let refused = complete(&world).run(&world.id).await;
        assert!(matches!(refused, Err(CompleteCancelError::NotCancelling(standing)) if standing == status));
        assert_eq!(world.status(), status);
    }
    let unknown = complete(&World::new()).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(CompleteCancelError::OrderNotFound)));
}
