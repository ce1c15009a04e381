//! Returns the money of an order, also if it is unknown whether it was captured.

use std::sync::Arc;

use super::ports::{OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Refund, Void};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-refund-payment`.
pub struct RefundPayment {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// The payment provider. Its ledger decides what was captured.
    pub gateway: Arc<dyn PaymentGateway>,
    /// The shop's own records of payments, for people.
    pub records: Arc<dyn PaymentRecords>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum RefundPaymentError {
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RefundPayment {
    /// Voids first. The void closes a payment that is not captured, and a capture that arrives later finds it closed.
    /// If the gateway answers that the payment is captured, it is refunded. To read the state first would leave a gap
    /// between reading and acting.
    pub async fn run(&self, id: &OrderId) -> Result<Refund, RefundPaymentError> {
        let order = self.book.find(id).await?.ok_or(RefundPaymentError::OrderNotFound)?;
        let refund = match self.gateway.void(id).await? {
            Void::Voided => Refund::NothingCaptured,
            Void::AlreadyCaptured => self.gateway.refund(id).await?,
        };
        let (state, amount) = match refund {
            Refund::Refunded(amount) => (PaymentState::Refunded, amount),
            Refund::NothingCaptured => (PaymentState::Voided, order.total),
        };
        self.records
            .record(
                id,
                PaymentRecord {
                    state,
                    amount,
                    at: self.clock.now(),
                },
            )
            .await?;
        Ok(refund)
    }
}
