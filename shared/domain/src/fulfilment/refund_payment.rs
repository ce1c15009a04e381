//! How does money go back, when nobody knows whether it was taken?

use std::sync::Arc;

use super::ports::{OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Refund, Void};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

pub struct RefundPayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum RefundPaymentError {
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RefundPayment {
    /// Voids first: what is not captured is closed by that, and a capture that is still on its way finds it closed. Only
    /// what the gateway calls captured is refunded. Looking first and acting then would leave a gap between the two.
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
            .note(
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
