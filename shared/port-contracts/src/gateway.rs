//! The contract of `PaymentGateway`.

use std::sync::Arc;

use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, Refund, Void};
use domain::values::{DeclineReason, OrderId, PaymentToken};

use crate::samples::{at_once, euros, order_id};

/// `good_token` makes the gateway under test authorize and capture, `bad_token` makes it decline.
pub async fn payment_gateway(gateway: Arc<dyn PaymentGateway>, good_token: &PaymentToken, bad_token: &PaymentToken) {
    a_payment_is_captured_once(gateway.as_ref(), good_token).await;
    a_declined_payment_stays_declined(gateway.as_ref(), bad_token).await;
    a_void_that_arrives_first_wins(gateway.as_ref(), good_token).await;
    a_voided_payment_cannot_be_captured(gateway.as_ref(), good_token).await;
    exactly_what_was_captured_goes_back(gateway.as_ref(), good_token).await;
    a_capture_and_a_void_exclude_each_other(gateway, good_token).await;
}

async fn a_payment_is_captured_once(gateway: &dyn PaymentGateway, token: &PaymentToken) {
    let payment = order_id();
    assert_eq!(gateway.capture(&payment).await.unwrap(), Capture::NotAuthorized);
    for _ in 0..2 {
        let answer = gateway.authorize(&payment, euros(500), token).await.unwrap();
        assert_eq!(answer, Authorization::Authorized);
    }
    for _ in 0..2 {
        assert_eq!(gateway.capture(&payment).await.unwrap(), Capture::Captured);
    }
    let late = gateway.authorize(&payment, euros(500), token).await.unwrap();
    assert_eq!(late, Authorization::Authorized, "a repetition after the capture");
    assert_eq!(gateway.void(&payment).await.unwrap(), Void::AlreadyCaptured);
    assert_eq!(
        gateway.capture(&payment).await.unwrap(),
        Capture::Captured,
        "a refused void changes nothing"
    );
}

async fn a_declined_payment_stays_declined(gateway: &dyn PaymentGateway, token: &PaymentToken) {
    let payment = order_id();
    for _ in 0..2 {
        let answer = gateway.authorize(&payment, euros(500), token).await.unwrap();
        assert_eq!(answer, Authorization::Declined(DeclineReason::PaymentDeclined));
    }
    assert_eq!(gateway.capture(&payment).await.unwrap(), Capture::NotAuthorized);
    assert_eq!(gateway.refund(&payment).await.unwrap(), Refund::NothingCaptured);
    assert_eq!(gateway.void(&payment).await.unwrap(), Void::Voided);
}

async fn a_void_that_arrives_first_wins(gateway: &dyn PaymentGateway, token: &PaymentToken) {
    let payment = order_id();
    for _ in 0..2 {
        assert_eq!(gateway.void(&payment).await.unwrap(), Void::Voided);
    }
    let late = gateway.authorize(&payment, euros(500), token).await.unwrap();
    assert_eq!(late, Authorization::Closed);
    assert_eq!(gateway.capture(&payment).await.unwrap(), Capture::Closed);
    assert_eq!(gateway.refund(&payment).await.unwrap(), Refund::NothingCaptured);
}

async fn a_voided_payment_cannot_be_captured(gateway: &dyn PaymentGateway, token: &PaymentToken) {
    let payment = order_id();
    gateway.authorize(&payment, euros(500), token).await.unwrap();
    for _ in 0..2 {
        assert_eq!(gateway.void(&payment).await.unwrap(), Void::Voided);
        assert_eq!(gateway.capture(&payment).await.unwrap(), Capture::Closed);
        assert_eq!(
            gateway.authorize(&payment, euros(500), token).await.unwrap(),
            Authorization::Closed
        );
        assert_eq!(gateway.refund(&payment).await.unwrap(), Refund::NothingCaptured);
    }
}

async fn exactly_what_was_captured_goes_back(gateway: &dyn PaymentGateway, token: &PaymentToken) {
    let payment = order_id();
    assert_eq!(gateway.refund(&payment).await.unwrap(), Refund::NothingCaptured);
    gateway.authorize(&payment, euros(500), token).await.unwrap();
    // Repeated with another amount: the payment has been authorized, and nothing more happens.
    gateway.authorize(&payment, euros(900), token).await.unwrap();
    gateway.capture(&payment).await.unwrap();
    for _ in 0..2 {
        assert_eq!(gateway.void(&payment).await.unwrap(), Void::AlreadyCaptured);
        assert_eq!(gateway.refund(&payment).await.unwrap(), Refund::Refunded(euros(500)));
        assert_eq!(gateway.capture(&payment).await.unwrap(), Capture::Closed);
        assert_eq!(
            gateway.authorize(&payment, euros(500), token).await.unwrap(),
            Authorization::Closed
        );
    }
}

async fn a_capture_and_a_void_exclude_each_other(gateway: Arc<dyn PaymentGateway>, token: &PaymentToken) {
    let payment = order_id();
    gateway.authorize(&payment, euros(500), token).await.unwrap();
    let answers = at_once(|number| {
        let (gateway, payment) = (Arc::clone(&gateway), payment.clone());
        async move { captured(gateway.as_ref(), &payment, number % 2 == 0).await }
    })
    .await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "all were told the same: {answers:?}"
    );
}

/// Captures or voids, and answers whether the payment is captured then.
async fn captured(gateway: &dyn PaymentGateway, payment: &OrderId, captures: bool) -> bool {
    if captures {
        match gateway.capture(payment).await.unwrap() {
            Capture::Captured => true,
            Capture::Closed => false,
            other => panic!("the capture was answered {other:?}"),
        }
    } else {
        gateway.void(payment).await.unwrap() == Void::AlreadyCaptured
    }
}
