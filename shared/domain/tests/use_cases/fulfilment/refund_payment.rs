//! Tests of refunding a payment.

use domain::fulfilment::ports::{Capture, PaymentGateway, PaymentState, Refund};
use domain::fulfilment::refund_payment::{RefundPayment, RefundPaymentError};

use super::world::{Move, World, euros, order_id};

fn refund(world: &World) -> RefundPayment {
    RefundPayment {
        book: world.memory.clone(),
        gateway: world.memory.clone(),
        records: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn exactly_what_was_captured_goes_back_once() {
    let world = World::new().captured().await;
    let taken = world.moves();
    for operation in ["gateway.void", "gateway.refund"] {
        world.memory.lose_answer(operation);
        let lost = refund(&world).run(&world.id).await;
        assert!(matches!(lost, Err(RefundPaymentError::Port(failure)) if failure.transient));
    }
    for _ in 0..2 {
        assert_eq!(
            refund(&world).run(&world.id).await.unwrap(),
            Refund::Refunded(euros(1_250))
        );
        assert_eq!(
            world.moves(),
            [taken.clone(), vec![Move::Returned(euros(1_250))]].concat()
        );
        assert_eq!(world.record(), Some((PaymentState::Refunded, euros(1_250))));
    }
}

#[tokio::test]
async fn a_capture_whose_answer_got_lost_is_refunded_by_the_gateways_ledger() {
    let world = World::new().authorized().await;
    world.memory.lose_answer("gateway.capture");
    assert!(world.memory.capture(&world.id).await.is_err());
    // Nobody on our side has noted a capture.
    assert_eq!(world.record(), None);
    assert_eq!(
        refund(&world).run(&world.id).await.unwrap(),
        Refund::Refunded(euros(1_250))
    );
}

#[tokio::test]
async fn a_capture_that_is_still_on_its_way_finds_the_payment_closed() {
    let world = World::new().authorized().await;
    for _ in 0..2 {
        assert_eq!(refund(&world).run(&world.id).await.unwrap(), Refund::NothingCaptured);
        assert_eq!(world.memory.capture(&world.id).await.unwrap(), Capture::Closed);
    }
    assert_eq!(world.moves(), [Move::Held(euros(1_250)), Move::Freed]);
    assert_eq!(world.record(), Some((PaymentState::Voided, euros(1_250))));
}

#[tokio::test]
async fn a_note_that_failed_is_made_by_the_repetition() {
    let world = World::new().captured().await;
    world.memory.lose_answer("payments.record");
    assert!(matches!(
        refund(&world).run(&world.id).await,
        Err(RefundPaymentError::Port(_))
    ));
    assert_eq!(
        refund(&world).run(&world.id).await.unwrap(),
        Refund::Refunded(euros(1_250))
    );
    assert_eq!(world.record(), Some((PaymentState::Refunded, euros(1_250))));
}

#[tokio::test]
async fn an_order_that_never_was_gets_no_money() {
    let unknown = refund(&World::new()).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(RefundPaymentError::OrderNotFound)));
}
