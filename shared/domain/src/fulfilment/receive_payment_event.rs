//! Receives an event of the payment provider: stores its verdict, and resumes the saga that waits for it.

use std::sync::Arc;

use super::payment_results::{PaymentEventKind, PaymentResults, SagaCallbacks};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `payments-receive`.
pub struct ReceivePaymentEvent {
    /// Keeps the verdict, and has the tokens of the waits.
    pub results: Arc<dyn PaymentResults>,
    /// Ends the waits.
    pub callbacks: Arc<dyn SagaCallbacks>,
    /// Dates the verdict. The handler also checks the age of a signature by it.
    pub clock: Arc<dyn Clock>,
}

impl ReceivePaymentEvent {
    /// May be repeated, and may come in any order: the first verdict stays. Money follows the provider's ledger alone,
    /// so a verdict that comes after its order was undone moves none.
    pub async fn run(&self, order: &OrderId, kind: PaymentEventKind) -> Result<(), PortFailure> {
        let Some(verdict) = kind.verdict() else {
            // A refund ends no wait: the saga has its answer from the call itself.
            return Ok(());
        };
        let result = self.results.record(order, verdict, self.clock.now()).await?;
        for token in &result.waiting {
            self.callbacks.resume(token, result.verdict).await?;
        }
        Ok(())
    }
}
