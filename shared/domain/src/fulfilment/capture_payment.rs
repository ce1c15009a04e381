//! Captures the authorized payment of an order.

use std::sync::Arc;

use super::ports::{Capture, OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-capture-payment`.
pub struct CapturePayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum CapturePaymentError {
    #[error("the gateway refused the capture")]
    CaptureRefused,
    #[error("the payment was voided or refunded before")]
    PaymentClosed,
    #[error("the payment was never authorized")]
    NotAuthorized,
    #[error("the order does not exist")]
    OrderNotFound,
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
