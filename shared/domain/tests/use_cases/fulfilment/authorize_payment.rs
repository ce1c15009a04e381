//! Tests of authorizing a payment.

use domain::fulfilment::authorize_payment::{AuthorizePayment, AuthorizePaymentError};
use domain::fulfilment::ports::{PaymentGateway, PaymentState};

use domain::values::{DeclineReason, OrderStatus};
use sandbox_gateway::payment::declined_token;

use super::world::{Move, World, euros, order_id};

fn authorize(world: &World) -> AuthorizePayment {
    AuthorizePayment {
        book: world.memory.clone(),
        gateway: world.memory.clone(),
        records: world.memory.clone(),
        clock: world.clock.clone(),
    }
}

#[tokio::test]
async fn the_total_is_held_once_however_often_it_is_asked() {
    let world = World::new();
    world.memory.lose_answer("gateway.authorize");
    let lost = authorize(&world).run(&world.id).await;
    assert!(matches!(lost, Err(AuthorizePaymentError::Port(failure)) if failure.transient));
    world.memory.lose_answer("payments.record");
    assert!(matches!(
        authorize(&world).run(&world.id).await,
        Err(AuthorizePaymentError::Port(_))
    ));
    for _ in 0..2 {
        authorize(&world).run(&world.id).await.unwrap();
        assert_eq!(world.moves(), [Move::Held(euros(1_250))]);
        assert_eq!(world.record(), Some((PaymentState::Authorized, euros(1_250))));
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_stays() {
    for reason in DeclineReason::ALL {
        let world = World::paying_with(declined_token(reason));
        for _ in 0..2 {
            let declined = authorize(&world).run(&world.id).await;
            assert!(matches!(declined, Err(AuthorizePaymentError::Declined(found)) if found == reason));
            assert_eq!(world.record(), Some((PaymentState::Declined, euros(1_250))));
            assert_eq!(world.moves(), []);
        }
    }
}

#[tokio::test]
async fn an_authorization_that_arrives_after_the_void_holds_nothing() {
    let world = World::new();
    world.memory.void(&world.id).await.unwrap();
    let late = authorize(&world).run(&world.id).await;
    assert!(matches!(late, Err(AuthorizePaymentError::PaymentClosed)));
    assert_eq!(world.moves(), []);
    assert_eq!(world.record(), None);
}

#[tokio::test]
async fn nothing_is_held_for_an_order_that_never_was() {
    let unknown = authorize(&World::new()).run(&order_id("order-2")).await;
    assert!(matches!(unknown, Err(AuthorizePaymentError::OrderNotFound)));
}

#[tokio::test]
async fn a_late_repetition_for_a_finished_order_moves_no_money() {
    for status in [
        OrderStatus::Confirmed,
        OrderStatus::Rejected,
        OrderStatus::Cancelling,
        OrderStatus::Cancelled,
    ] {
        let world = World::new();
        world.bring(status);
        world.memory.change(|tables| {
            tables.orders.rows.get_mut(&world.id).unwrap().order.payment_token = None;
        });
        let late = authorize(&world).run(&world.id).await;
        let is_expected = match late {
            Ok(()) => status == OrderStatus::Confirmed,
            Err(error) => matches!(error, AuthorizePaymentError::PaymentClosed) && status != OrderStatus::Confirmed,
        };
        assert!(is_expected, "{status:?}");
        assert_eq!((world.moves(), world.record()), (Vec::new(), None));
    }
}
