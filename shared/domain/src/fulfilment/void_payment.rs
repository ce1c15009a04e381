//! Voids the authorized payment of an order.

use std::sync::Arc;

use super::ports::{OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Void};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-void-payment`.
pub struct VoidPayment {
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
pub enum VoidPaymentError {
    /// Too late: the money was captured, and has to be refunded.
    #[error("the payment is already captured")]
    AlreadyCaptured,
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl VoidPayment {
    /// Frees the held amount, and closes the payment against an authorization that arrives later. May be repeated.
    pub async fn run(&self, id: &OrderId) -> Result<(), VoidPaymentError> {
        let order = self.book.find(id).await?.ok_or(VoidPaymentError::OrderNotFound)?;
        match self.gateway.void(id).await? {
            Void::Voided => {}
            Void::AlreadyCaptured => return Err(VoidPaymentError::AlreadyCaptured),
        }
        let record = PaymentRecord {
            state: PaymentState::Voided,
            amount: order.total,
            at: self.clock.now(),
        };
        Ok(self.records.record(id, record).await?)
    }
}
