//! Tests that a payment result that comes later reaches the saga that waits, in either order, and moves no money.

use domain::fulfilment::authorize_payment::{AuthorizePayment, AuthorizePaymentError};
use domain::fulfilment::await_payment::{AwaitPayment, Wait};
use domain::fulfilment::payment_results::{PaymentEventKind, PaymentVerdict, WaitToken};
use domain::fulfilment::ports::{PaymentGateway as _, Refund, Void};
use domain::fulfilment::receive_payment_event::ReceivePaymentEvent;

use super::world::{Move, World};

fn token(text: &str) -> WaitToken {
    WaitToken::parse(text).unwrap()
}

async fn wait(world: &World, text: &str) -> Wait {
    let step = AwaitPayment {
        results: world.memory.clone(),
        callbacks: world.memory.clone(),
        clock: world.clock.clone(),
    };
    step.run(&world.id, &token(text)).await.unwrap()
}

async fn receive(world: &World, kind: PaymentEventKind) {
    let receive = ReceivePaymentEvent {
        results: world.memory.clone(),
        callbacks: world.memory.clone(),
        clock: world.clock.clone(),
    };
    receive.run(&world.id, kind).await.unwrap();
}

fn resumed(world: &World) -> Vec<(WaitToken, PaymentVerdict)> {
    world.memory.look(|tables| {
        let resumed = tables.resumed.iter();
        resumed.map(|(token, verdict)| (token.clone(), *verdict)).collect()
    })
}

async fn authorize(world: &World) -> Result<(), AuthorizePaymentError> {
    let step = AuthorizePayment {
        book: world.memory.clone(),
        gateway: world.memory.clone(),
        records: world.memory.clone(),
        clock: world.clock.clone(),
    };
    step.run(&world.id).await
}

#[tokio::test]
async fn an_authorization_without_an_answer_yet_is_pending_and_not_recorded() {
    let world = World::paying_with("tok_later_ok");
    for _ in 0..2 {
        assert!(matches!(authorize(&world).await, Err(AuthorizePaymentError::Pending)));
    }
    assert_eq!(world.record(), None);
}

#[tokio::test]
async fn every_attempt_to_wait_ends_with_the_first_verdict() {
    let world = World::paying_with("tok_later_ok");
    for text in ["token-1", "token-2", "token-1"] {
        assert_eq!(wait(&world, text).await, Wait::Began);
    }
    receive(&world, PaymentEventKind::Declined).await;
    receive(&world, PaymentEventKind::Authorized).await;
    let declined = PaymentVerdict::Declined;
    assert_eq!(
        resumed(&world),
        [(token("token-1"), declined), (token("token-2"), declined)]
    );
}

#[tokio::test]
async fn a_verdict_that_comes_first_ends_the_wait_at_once() {
    for kind in [PaymentEventKind::Authorized, PaymentEventKind::Captured] {
        let world = World::paying_with("tok_later_reordered");
        receive(&world, kind).await;
        assert_eq!(resumed(&world), []);
        assert_eq!(wait(&world, "token-1").await, Wait::Ended);
        assert_eq!(resumed(&world), [(token("token-1"), PaymentVerdict::Authorized)]);
    }
}

#[tokio::test]
async fn a_refund_ends_no_wait() {
    let world = World::paying_with("tok_later_ok");
    receive(&world, PaymentEventKind::Refunded).await;
    assert_eq!(wait(&world, "token-1").await, Wait::Began);
}

#[tokio::test]
async fn an_authorization_that_is_reported_after_the_undo_holds_no_money() {
    let world = World::paying_with("tok_later_silent");
    assert!(matches!(authorize(&world).await, Err(AuthorizePaymentError::Pending)));
    assert_eq!(world.memory.void(&world.id).await.unwrap(), Void::Voided);
    receive(&world, PaymentEventKind::Authorized).await;
    assert!(matches!(
        authorize(&world).await,
        Err(AuthorizePaymentError::PaymentClosed)
    ));
    assert_eq!(world.memory.refund(&world.id).await.unwrap(), Refund::NothingCaptured);
    let moves = world.moves();
    assert_eq!(moves.last(), Some(&Move::Freed), "{moves:?}");
}
