//! Waits for the payment result that a provider reports later.

use std::sync::Arc;

use super::payment_results::{PaymentResults, PaymentVerdict, WaitToken};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-await-payment`.
pub struct AwaitPayment {
    pub results: Arc<dyn PaymentResults>,
    pub clock: Arc<dyn Clock>,
}

impl AwaitPayment {
    /// Stores the token of the wait. Returns the verdict if it came first: then the saga does not wait. May be repeated.
    pub async fn run(&self, order: &OrderId, token: &WaitToken) -> Result<Option<PaymentVerdict>, PortFailure> {
        self.results.wait(order, token, self.clock.now()).await
    }
}
