//! Tests that a payment does what its token says, and that each movement is recorded once.

use domain::fulfilment::payment_results::PaymentEventKind;
use domain::fulfilment::ports::{Authorization, Capture, Refund, Void};
use domain::values::{Currency, DeclineReason, Money, PaymentToken};

use crate::ledger::{LedgerEvent, Movement};
use crate::payment::{Decision, GatewayFault, Payment, State, declined_token};

fn token(text: &str) -> PaymentToken {
    PaymentToken::parse(text).unwrap()
}

fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("EUR").unwrap()).unwrap()
}

fn authorize(payment: &mut Payment, text: &str) -> Result<Authorization, GatewayFault> {
    payment.authorize(euros(2_500), &token(text)).answer
}

fn authorized(text: &str) -> Payment {
    let mut payment = Payment::default();
    assert_eq!(authorize(&mut payment, text), Ok(Authorization::Authorized));
    payment
}

fn with_movement<T>(answer: T, event: LedgerEvent, amount: Option<Money>) -> Decision<T> {
    let movement = Some(Movement { event, amount });
    Decision {
        answer,
        movement,
        notices: &[],
    }
}

fn without_movement<T>(answer: T) -> Decision<T> {
    Decision {
        answer,
        movement: None,
        notices: &[],
    }
}

#[test]
fn each_movement_is_recorded_once_and_with_the_first_amount() {
    let (mut payment, amount) = (Payment::default(), Some(euros(2_500)));
    let first = payment.authorize(euros(2_500), &token("tok_ok"));
    assert_eq!(
        first,
        with_movement(Ok(Authorization::Authorized), LedgerEvent::Authorized, amount)
    );
    let again = payment.authorize(euros(9_900), &token("tok_ok"));
    assert_eq!(again, without_movement(Ok(Authorization::Authorized)));

    assert_eq!(
        payment.capture(),
        with_movement(Capture::Captured, LedgerEvent::Captured, amount)
    );
    assert_eq!(payment.capture(), without_movement(Capture::Captured));
    assert_eq!(payment.void(), without_movement(Void::AlreadyCaptured));

    let back = Refund::Refunded(euros(2_500));
    assert_eq!(payment.refund(), with_movement(back, LedgerEvent::Refunded, amount));
    assert_eq!(payment.refund(), without_movement(back));
    assert_eq!(payment.void(), without_movement(Void::AlreadyCaptured));
    assert_eq!(payment.capture(), without_movement(Capture::Closed));
    assert_eq!(authorize(&mut payment, "tok_ok"), Ok(Authorization::Closed));
}

#[test]
fn a_void_frees_a_held_amount_and_closes_a_payment_without_a_call() {
    for (mut payment, held) in [(authorized("tok_ok"), Some(euros(2_500))), (Payment::default(), None)] {
        assert_eq!(payment.void(), with_movement(Void::Voided, LedgerEvent::Voided, held));
        assert_eq!(payment.void(), without_movement(Void::Voided));
        assert_eq!(payment.capture(), without_movement(Capture::Closed));
        assert_eq!(payment.refund(), without_movement(Refund::NothingCaptured));
        assert_eq!(authorize(&mut payment, "tok_ok"), Ok(Authorization::Closed));
    }
}

#[test]
fn a_capture_that_is_refused_leaves_an_authorization_to_void() {
    let mut payment = authorized("tok_capture_fails");
    for _ in 0..2 {
        assert_eq!(payment.capture(), without_movement(Capture::Refused));
    }
    let held = Some(euros(2_500));
    assert_eq!(payment.void(), with_movement(Void::Voided, LedgerEvent::Voided, held));
}

#[test]
fn a_flaky_payment_fails_twice_and_then_succeeds() {
    let mut payment = Payment::default();
    for failures in [1, 2] {
        assert_eq!(authorize(&mut payment, "tok_flaky"), Err(GatewayFault::Unavailable));
        assert_eq!((payment.failures, payment.state), (failures, State::New));
    }
    assert_eq!(authorize(&mut payment, "tok_flaky"), Ok(Authorization::Authorized));
    assert_eq!(payment.capture().answer, Capture::Captured);
}

#[test]
fn a_payment_that_is_never_answered_stays_new() {
    let mut payment = Payment::default();
    for _ in 0..3 {
        assert_eq!(authorize(&mut payment, "tok_down"), Err(GatewayFault::TimedOut));
        assert_eq!(payment, Payment::default());
    }
    assert_eq!(payment.capture(), without_movement(Capture::NotAuthorized));
}

#[test]
fn other_tokens_are_declined_for_their_reason_and_for_good() {
    let reasons = DeclineReason::ALL.map(|reason| (declined_token(reason), reason));
    let unknown = ("tok_of_somebody_else", DeclineReason::PaymentDeclined);
    for (text, reason) in reasons.into_iter().chain([unknown]) {
        let mut payment = Payment::default();
        for text in [text, "tok_ok"] {
            let decision = payment.authorize(euros(1), &token(text));
            assert_eq!(
                decision,
                without_movement(Ok(Authorization::Declined(reason))),
                "{text}"
            );
        }
        assert_eq!(payment.capture(), without_movement(Capture::NotAuthorized));
        assert_eq!(payment.void(), with_movement(Void::Voided, LedgerEvent::Voided, None));
    }
}

#[test]
fn every_name_of_the_books_reads_back() {
    assert_eq!(State::all().count(), 5 + DeclineReason::ALL.len());
    for state in State::all() {
        assert_eq!(State::parse(state.as_str()), Some(state));
    }
    for event in LedgerEvent::ALL {
        assert_eq!(LedgerEvent::parse(event.as_str()), Some(event));
    }
    assert_eq!((State::parse("new"), LedgerEvent::parse("")), (None, None));
}

#[test]
fn a_provider_that_answers_later_decides_at_once_and_reports_by_notices() {
    use PaymentEventKind::{Authorized, Captured, Declined};
    let cases: [(&str, State, &[PaymentEventKind]); 5] = [
        ("tok_later_ok", State::Authorized, &[Authorized]),
        (
            "tok_later_declined",
            State::Declined(DeclineReason::PaymentDeclined),
            &[Declined],
        ),
        ("tok_later_twice", State::Authorized, &[Authorized, Authorized]),
        ("tok_later_reordered", State::Captured, &[Captured, Authorized]),
        ("tok_later_silent", State::Authorized, &[]),
    ];
    for (text, state, kinds) in cases {
        let mut payment = Payment::default();
        let first = payment.authorize(euros(2_500), &token(text));
        assert_eq!(first.answer, Ok(Authorization::Pending), "{text}");
        let noticed: Vec<PaymentEventKind> = first.notices.iter().map(|notice| notice.kind).collect();
        assert_eq!((payment.state, noticed.as_slice()), (state, kinds), "{text}");
        assert!(first.notices.is_sorted_by_key(|notice| notice.after), "{text}");
        let again = payment.authorize(euros(2_500), &token(text));
        assert_eq!(again, without_movement(Ok(Authorization::Pending)), "{text}");
    }
}

#[test]
fn a_later_payment_moves_money_once_and_reports_each_movement() {
    let mut payment = Payment::default();
    authorize(&mut payment, "tok_later_ok").unwrap();
    let kinds = |notices: &[crate::notices::Notice]| notices.iter().map(|notice| notice.kind).collect::<Vec<_>>();
    assert_eq!(kinds(payment.capture().notices), [PaymentEventKind::Captured]);
    assert_eq!(payment.capture(), without_movement(Capture::Captured));
    assert_eq!(kinds(payment.refund().notices), [PaymentEventKind::Refunded]);
    assert_eq!(payment.refund(), without_movement(Refund::Refunded(euros(2_500))));

    let mut silent = Payment::default();
    authorize(&mut silent, "tok_later_silent").unwrap();
    let held = Some(euros(2_500));
    assert_eq!(silent.void(), with_movement(Void::Voided, LedgerEvent::Voided, held));
    assert_eq!(authorize(&mut silent, "tok_later_silent"), Ok(Authorization::Closed));

    let mut reordered = Payment::default();
    authorize(&mut reordered, "tok_later_reordered").unwrap();
    assert_eq!(reordered.capture(), without_movement(Capture::Captured));
    assert_eq!(reordered.void(), without_movement(Void::AlreadyCaptured));
    assert_eq!(reordered.refund().answer, Refund::Refunded(euros(2_500)));
}
