//! How does a `PaymentGateway` behave, and our own notes of payments?

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::Answers;
use crate::fulfilment::ports::{
    Authorization, Capture, DeclineReason, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Refund, Void,
};
use crate::ports::PortFailure;
use crate::values::{Money, OrderId, PaymentToken};

/// Decides by the token: `tok_ok`, `tok_declined`, `tok_insufficient_funds`, `tok_capture_fails`.
#[derive(Default)]
pub(crate) struct Gateway {
    ledger: Mutex<Ledger>,
    pub(crate) answers: Answers,
}

#[derive(Default)]
struct Ledger {
    payments: BTreeMap<OrderId, Payment>,
    moves: Vec<Move>,
}

#[derive(Debug, Clone, Copy)]
enum Payment {
    Held {
        amount: Money,
        can_capture: bool,
    },
    Declined(DeclineReason),
    Captured(Money),
    Refunded(Money),
    /// The tombstone: a void keeps it also for a payment that nobody has asked for yet.
    Voided,
}

/// What really happened to the customer's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Held(Money),
    Freed,
    Taken(Money),
    Returned(Money),
}

impl Gateway {
    pub(crate) fn moves(&self) -> Vec<Move> {
        self.ledger.lock().unwrap().moves.clone()
    }
}

#[async_trait]
impl PaymentGateway for Gateway {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        let mut ledger = self.ledger.lock().unwrap();
        let known = ledger.payments.get(payment).copied();
        let entry = known.unwrap_or(match token.reveal() {
            "tok_declined" => Payment::Declined(DeclineReason::Declined),
            "tok_insufficient_funds" => Payment::Declined(DeclineReason::InsufficientFunds),
            token => Payment::Held {
                amount,
                can_capture: token != "tok_capture_fails",
            },
        });
        if let (None, Payment::Held { amount, .. }) = (known, entry) {
            ledger.moves.push(Move::Held(amount));
        }
        ledger.payments.insert(payment.clone(), entry);
        self.answers.give(match entry {
            Payment::Held { .. } | Payment::Captured(_) => Authorization::Authorized,
            Payment::Declined(reason) => Authorization::Declined(reason),
            Payment::Refunded(_) | Payment::Voided => Authorization::Closed,
        })
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        let mut ledger = self.ledger.lock().unwrap();
        let answer = match ledger.payments.get(payment).copied() {
            Some(Payment::Held {
                amount,
                can_capture: true,
            }) => {
                ledger.payments.insert(payment.clone(), Payment::Captured(amount));
                ledger.moves.push(Move::Taken(amount));
                Capture::Captured
            }
            Some(Payment::Held { .. }) => Capture::Refused,
            Some(Payment::Captured(_)) => Capture::Captured,
            Some(Payment::Refunded(_) | Payment::Voided) => Capture::Closed,
            Some(Payment::Declined(_)) | None => Capture::NotAuthorized,
        };
        self.answers.give(answer)
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        let mut ledger = self.ledger.lock().unwrap();
        let known = ledger.payments.get(payment).copied();
        if let Some(Payment::Captured(_) | Payment::Refunded(_)) = known {
            return self.answers.give(Void::AlreadyCaptured);
        }
        if let Some(Payment::Held { .. }) = known {
            ledger.moves.push(Move::Freed);
        }
        ledger.payments.insert(payment.clone(), Payment::Voided);
        self.answers.give(Void::Voided)
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        let mut ledger = self.ledger.lock().unwrap();
        let answer = match ledger.payments.get(payment).copied() {
            Some(Payment::Captured(amount)) => {
                ledger.payments.insert(payment.clone(), Payment::Refunded(amount));
                ledger.moves.push(Move::Returned(amount));
                Refund::Refunded(amount)
            }
            Some(Payment::Refunded(amount)) => Refund::Refunded(amount),
            Some(Payment::Held { .. } | Payment::Declined(_) | Payment::Voided) | None => Refund::NothingCaptured,
        };
        self.answers.give(answer)
    }
}

#[derive(Default)]
pub(crate) struct Records {
    records: Mutex<BTreeMap<OrderId, PaymentRecord>>,
    pub(crate) answers: Answers,
}

impl Records {
    pub(crate) fn state(&self, order: &OrderId) -> Option<(PaymentState, Money)> {
        let records = self.records.lock().unwrap();
        records.get(order).map(|record| (record.state, record.amount))
    }
}

#[async_trait]
impl PaymentRecords for Records {
    async fn note(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let mut records = self.records.lock().unwrap();
        if records.get(order).is_none_or(|known| known.state < record.state) {
            records.insert(order.clone(), record);
        }
        self.answers.give(())
    }

    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure> {
        Ok(self.records.lock().unwrap().get(order).copied())
    }
}
