//! Captures the authorized payment of an order.

use std::sync::Arc;

use super::ports::{Capture, OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-capture-payment`.
pub struct CapturePayment {
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
pub enum CapturePaymentError {
    /// The provider refused. The saga voids the authorization and rejects the order.
    #[error("the gateway refused the capture")]
    CaptureRefused,
    /// The payment was voided or refunded: a capture would come too late.
    #[error("the payment was voided or refunded before")]
    PaymentClosed,
    /// There is no authorization to capture.
    #[error("the payment was never authorized")]
    NotAuthorized,
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl CapturePayment {
    /// May be repeated.
    pub async fn run(&self, id: &OrderId) -> Result<(), CapturePaymentError> {
        let order = self.book.find(id).await?.ok_or(CapturePaymentError::OrderNotFound)?;
        match self.gateway.capture(id).await? {
            Capture::Captured => {}
            Capture::Refused => return Err(CapturePaymentError::CaptureRefused),
            Capture::Closed => return Err(CapturePaymentError::PaymentClosed),
            Capture::NotAuthorized => return Err(CapturePaymentError::NotAuthorized),
        }
        let record = PaymentRecord {
            state: PaymentState::Captured,
            amount: order.total,
            at: self.clock.now(),
        };
        Ok(self.records.record(id, record).await?)
    }
}
