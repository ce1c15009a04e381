//! Tests of voiding a payment.

use domain::fulfilment::ports::{Authorization, PaymentGateway, PaymentState};
use domain::fulfilment::void_payment::{VoidPayment, VoidPaymentError};

use super::world::{Move, World, euros, order_id};

fn void(world: &World) -> VoidPayment {
    VoidPayment {
        book: world.memory.clone(),
        gateway: world.memory.clone(),
        records: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn what_is_held_is_freed_once_however_often_it_is_asked() {
    let world = World::new().authorized().await;
    world.memory.lose_answer("gateway.void");
    let lost = void(&world).run(&world.id).await;
    assert!(matches!(lost, Err(VoidPaymentError::Port(failure)) if failure.transient));
    for _ in 0..2 {
        void(&world).run(&world.id).await.unwrap();
        assert_eq!(world.moves(), [Move::Held(euros(1_250)), Move::Freed]);
        assert_eq!(world.record(), Some((PaymentState::Voided, euros(1_250))));
    }
}

#[tokio::test]
async fn a_void_wins_over_an_authorization_that_arrives_late() {
    let world = World::new();
    void(&world).run(&world.id).await.unwrap();
    let late = world
        .memory
        .authorize(
            &world.id,
            world.order.total,
            world.order.payment_token.as_ref().unwrap(),
        )
        .await
        .unwrap();
    assert_eq!(late, Authorization::Closed);
    assert_eq!(world.moves(), []);
}

#[tokio::test]
async fn captured_money_is_told_and_not_touched() {
    let world = World::new().captured().await;
    let moves = world.moves();
    for _ in 0..2 {
        assert!(matches!(
            void(&world).run(&world.id).await,
            Err(VoidPaymentError::AlreadyCaptured)
        ));
    }
    assert_eq!(world.moves(), moves);
    assert_eq!(world.record(), None);
}

#[tokio::test]
async fn an_order_that_never_was_has_no_payment() {
    let unknown = void(&World::new()).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(VoidPaymentError::OrderNotFound)));
}
