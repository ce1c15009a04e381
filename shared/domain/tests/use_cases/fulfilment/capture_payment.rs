//! Tests of capturing a payment.

use domain::fulfilment::capture_payment::{CapturePayment, CapturePaymentError};
use domain::fulfilment::ports::{PaymentGateway, PaymentState};

use super::world::{Move, World, euros, order_id};

fn capture(world: &World) -> CapturePayment {
    CapturePayment {
        book: world.memory.clone(),
        gateway: world.memory.clone(),
        records: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn the_money_is_taken_once_however_often_it_is_asked() {
    let world = World::new().authorized().await;
    world.memory.lose_answer("gateway.capture");
    let lost = capture(&world).run(&world.id).await;
    assert!(matches!(lost, Err(CapturePaymentError::Port(failure)) if failure.transient));
    for _ in 0..2 {
        capture(&world).run(&world.id).await.unwrap();
        assert_eq!(world.moves(), [Move::Held(euros(1_250)), Move::Taken(euros(1_250))]);
        assert_eq!(world.record(), Some((PaymentState::Captured, euros(1_250))));
    }
}

#[tokio::test]
async fn a_refused_capture_leaves_the_authorization_to_be_voided() {
    let world = World::paying_with("tok_capture_fails").authorized().await;
    let refused = capture(&world).run(&world.id).await;
    assert!(matches!(refused, Err(CapturePaymentError::CaptureRefused)));
    assert_eq!(world.record(), None, "nothing to note");
    world.memory.void(&world.id).await.unwrap();
    assert_eq!(world.moves(), [Move::Held(euros(1_250)), Move::Freed]);
}

#[tokio::test]
async fn a_payment_that_was_closed_cannot_be_captured() {
    let voided = World::new().authorized().await;
    voided.memory.void(&voided.id).await.unwrap();
    let refunded = World::new().captured().await;
    refunded.memory.refund(&refunded.id).await.unwrap();
    for world in [voided, refunded] {
        let moves = world.moves();
        let late = capture(&world).run(&world.id).await;
        assert!(matches!(late, Err(CapturePaymentError::PaymentClosed)));
        assert_eq!(world.moves(), moves);
    }
}

#[tokio::test]
async fn without_an_authorization_or_an_order_there_is_nothing_to_take() {
    let world = World::new();
    assert!(matches!(
        capture(&world).run(&world.id).await,
        Err(CapturePaymentError::NotAuthorized)
    ));
    let unknown = capture(&world).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(CapturePaymentError::OrderNotFound)));
}
