//! What does the payment provider's own ledger say? The sandbox gateway's decisions, kept in memory.

use std::collections::BTreeMap;

use domain::fulfilment::ports::{Authorization, Capture, Refund, Void};
use domain::values::{Money, OrderId, PaymentToken};
use sandbox_gateway::ledger::{LedgerEvent, Movement};
use sandbox_gateway::payment::{Decision, GatewayFault, Payment};

/// The provider. What a method does unless it is told otherwise is what the sandbox gateway decides.
pub trait Gateway: Send {
    fn books(&self) -> &Books;
    fn books_mut(&mut self) -> &mut Books;

    fn authorize(
        &mut self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, GatewayFault> {
        self.books_mut()
            .decide(payment, |payment| payment.authorize(amount, token))
    }

    fn capture(&mut self, payment: &OrderId) -> Capture {
        self.books_mut().decide(payment, Payment::capture)
    }

    fn void(&mut self, payment: &OrderId) -> Void {
        self.books_mut().decide(payment, Payment::void)
    }

    fn refund(&mut self, payment: &OrderId) -> Refund {
        self.books_mut().decide(payment, Payment::refund)
    }
}

/// Payments as they stand, and every movement of money as it was made.
#[derive(Debug, Default)]
pub struct Books {
    pub payments: BTreeMap<OrderId, Payment>,
    pub ledger: Vec<(OrderId, Movement)>,
}

/// What the ledger says of one payment, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// How often money was taken.
    pub captures: usize,
    pub refunds: usize,
    /// What is ours: captured less refunded.
    pub earned: i64,
    /// What is still held on the customer's means of payment.
    pub held: i64,
}

impl Books {
    pub fn decide<T>(&mut self, id: &OrderId, decide: impl FnOnce(&mut Payment) -> Decision<T>) -> T {
        let decision = decide(self.payments.entry(id.clone()).or_default());
        if let Some(movement) = decision.movement {
            self.ledger.push((id.clone(), movement));
        }
        decision.answer
    }

    pub fn balance(&self, payment: &OrderId) -> Balance {
        let mut balance = Balance::default();
        for (_, movement) in self.ledger.iter().filter(|(id, _)| id == payment) {
            let amount = movement.amount.map_or(0, Money::amount_minor);
            match movement.event {
                LedgerEvent::Authorized => balance.held += amount,
                LedgerEvent::Captured => {
                    balance.captures += 1;
                    balance.earned += amount;
                    balance.held = 0;
                }
                LedgerEvent::Voided => balance.held = 0,
                LedgerEvent::Refunded => {
                    balance.refunds += 1;
                    balance.earned -= amount;
                }
            }
        }
        balance
    }
}

/// A provider that keeps its promises.
#[derive(Debug, Default)]
pub struct Honest(Books);

impl Gateway for Honest {
    fn books(&self) -> &Books {
        &self.0
    }

    fn books_mut(&mut self) -> &mut Books {
        &mut self.0
    }
}
