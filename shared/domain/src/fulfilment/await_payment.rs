//! Waits for the payment result that a provider reports later.

use std::sync::Arc;

use super::payment_results::{PaymentResults, SagaCallbacks, WaitToken};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-await-payment`.
pub struct AwaitPayment {
    /// Keeps the token, and has the verdict that came first.
    pub results: Arc<dyn PaymentResults>,
    /// Ends a wait whose verdict came first.
    pub callbacks: Arc<dyn SagaCallbacks>,
    /// Dates the wait.
    pub clock: Arc<dyn Clock>,
}

/// How the wait goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The provider's event will end it.
    Began,
    /// The event came first, and the wait is over.
    Ended,
}

impl AwaitPayment {
    /// Stores the token of the wait, and ends the wait at once if the verdict came first. May be repeated.
    pub async fn run(&self, order: &OrderId, token: &WaitToken) -> Result<Wait, PortFailure> {
        let Some(verdict) = self.results.wait(order, token, self.clock.now()).await? else {
            return Ok(Wait::Began);
        };
        self.callbacks.resume(token, verdict).await?;
        Ok(Wait::Ended)
    }
}
