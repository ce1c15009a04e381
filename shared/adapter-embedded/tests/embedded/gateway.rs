//! Tests that the sandbox gateway follows its payment tokens, and that its ledger shows every movement of money.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::gateway::{LedgerEvent, SandboxGateway};
use adapter_system::clock::SystemClock;
use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, Refund, Void};
use domain::values::{Currency, DeclineReason, Money, OrderId, PaymentToken};

use crate::shop::TestFolder;

fn gateway() -> SandboxGateway {
    SandboxGateway::in_memory(Arc::new(SystemClock), Duration::from_millis(20)).unwrap()
}

fn payment() -> OrderId {
    OrderId::parse("order-1").unwrap()
}

fn token(text: &str) -> PaymentToken {
    PaymentToken::parse(text).unwrap()
}

fn amount() -> Money {
    Money::new(2_500, Currency::parse("EUR").unwrap()).unwrap()
}

async fn movements(gateway: &SandboxGateway) -> Vec<(LedgerEvent, Option<Money>)> {
    let ledger = gateway.ledger().await.unwrap();
    assert!(ledger.is_sorted_by(|a, b| a.sequence < b.sequence));
    assert!(ledger.iter().all(|entry| entry.payment == payment()));
    ledger.into_iter().map(|entry| (entry.event, entry.amount)).collect()
}

#[tokio::test]
async fn the_ledger_holds_each_movement_once() {
    let gateway = gateway();
    for _ in 0..2 {
        gateway.authorize(&payment(), amount(), &token("tok_ok")).await.unwrap();
    }
    for _ in 0..2 {
        gateway.capture(&payment()).await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(gateway.void(&payment()).await.unwrap(), Void::AlreadyCaptured);
        assert_eq!(gateway.refund(&payment()).await.unwrap(), Refund::Refunded(amount()));
    }
    let expected = [LedgerEvent::Authorized, LedgerEvent::Captured, LedgerEvent::Refunded];
    assert_eq!(movements(&gateway).await, expected.map(|event| (event, Some(amount()))));
}

#[tokio::test]
async fn a_capture_that_is_refused_leaves_an_authorization_to_void() {
    let gateway = gateway();
    let answer = gateway
        .authorize(&payment(), amount(), &token("tok_capture_fails"))
        .await
        .unwrap();
    assert_eq!(answer, Authorization::Authorized);
    for _ in 0..2 {
        assert_eq!(gateway.capture(&payment()).await.unwrap(), Capture::Refused);
    }
    assert_eq!(gateway.void(&payment()).await.unwrap(), Void::Voided);
    assert_eq!(gateway.capture(&payment()).await.unwrap(), Capture::Closed);
    let expected = [LedgerEvent::Authorized, LedgerEvent::Voided];
    assert_eq!(movements(&gateway).await, expected.map(|event| (event, Some(amount()))));
}

#[tokio::test]
async fn a_flaky_payment_fails_twice_and_then_succeeds_even_across_a_restart() {
    let folder = TestFolder::create();
    let path = folder.path.join("gateway.sqlite3");
    let open = || SandboxGateway::open(&path, Arc::new(SystemClock), Duration::ZERO).unwrap();
    for _ in 0..2 {
        let failure = open()
            .authorize(&payment(), amount(), &token("tok_flaky"))
            .await
            .unwrap_err();
        assert!(failure.transient);
    }
    let gateway = open();
    for _ in 0..2 {
        let answer = gateway
            .authorize(&payment(), amount(), &token("tok_flaky"))
            .await
            .unwrap();
        assert_eq!(answer, Authorization::Authorized);
    }
    assert_eq!(movements(&gateway).await, [(LedgerEvent::Authorized, Some(amount()))]);
}

#[tokio::test]
async fn a_payment_that_is_never_answered_can_be_voided() {
    let gateway = gateway();
    for _ in 0..3 {
        let failure = gateway
            .authorize(&payment(), amount(), &token("tok_down"))
            .await
            .unwrap_err();
        assert!(failure.transient);
    }
    assert_eq!(gateway.void(&payment()).await.unwrap(), Void::Voided);
    assert_eq!(movements(&gateway).await, [(LedgerEvent::Voided, None)]);
}

#[tokio::test]
async fn other_tokens_are_declined_for_their_reason() {
    for (text, reason) in [
        ("tok_declined", DeclineReason::PaymentDeclined),
        ("tok_insufficient_funds", DeclineReason::InsufficientFunds),
        ("tok_of_somebody_else", DeclineReason::PaymentDeclined),
    ] {
        let gateway = gateway();
        // What was declined stays so, whatever token is tried next.
        for text in [text, "tok_ok"] {
            let answer = gateway.authorize(&payment(), amount(), &token(text)).await.unwrap();
            assert_eq!(answer, Authorization::Declined(reason), "{text}");
        }
        assert_eq!(movements(&gateway).await, []);
    }
}
