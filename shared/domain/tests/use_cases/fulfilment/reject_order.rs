//! Tests of rejecting an order.

use domain::fulfilment::reject_order::{RejectOrder, RejectOrderError};
use domain::values::{OrderStatus, RejectionReason};

use super::world::{World, order_id};

fn reject(world: &World) -> RejectOrder {
    RejectOrder {
        book: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn an_order_is_rejected_once_and_keeps_its_first_reason() {
    let world = World::new();
    world.memory.lose_answer("orders.reject");
    let lost = reject(&world).run(&world.id, RejectionReason::OutOfStock).await;
    assert!(matches!(lost, Err(RejectOrderError::Port(failure)) if failure.transient));
    for reason in [RejectionReason::OutOfStock, RejectionReason::CaptureRefused] {
        reject(&world).run(&world.id, reason).await.unwrap();
        let order = world.stored();
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
        world.bring(status);
        let refused = reject(&world).run(&world.id, RejectionReason::OutOfStock).await;
        assert!(matches!(refused, Err(RejectOrderError::NotRejectable(standing)) if standing == status));
        assert_eq!(world.status(), status);
    }
}

#[tokio::test]
async fn an_order_that_never_was_cannot_be_rejected() {
    let unknown = reject(&World::new())
        .run(&order_id("order-2"), RejectionReason::OutOfStock)
        .await;
    assert!(matches!(unknown, Err(RejectOrderError::OrderNotFound)));
}
