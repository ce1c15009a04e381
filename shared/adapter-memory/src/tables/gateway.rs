//! What do the books of the payment provider say? The decisions are those of the sandbox gateway.

use std::collections::BTreeMap;

use domain::values::OrderId;
use sandbox_gateway::ledger::Movement;
use sandbox_gateway::payment::{Decision, Payment};

/// The provider's books: payments as they stand, and every movement of money, oldest first.
#[derive(Debug, Default)]
pub struct Gateway {
    pub payments: BTreeMap<OrderId, Payment>,
    pub ledger: Vec<(OrderId, Movement)>,
}

impl Gateway {
    /// Lets the sandbox decide on one payment, and books what it moved.
    pub fn decide<T>(&mut self, id: &OrderId, decide: impl FnOnce(&mut Payment) -> Decision<T>) -> T {
        let decision = decide(self.payments.entry(id.clone()).or_default());
        if let Some(movement) = decision.movement {
            self.ledger.push((id.clone(), movement));
        }
        decision.answer
    }
}
