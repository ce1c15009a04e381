//! Authorizes the payment of an order: the provider holds the amount.

use std::sync::Arc;

use super::ports::{Authorization, OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState};
use crate::ports::{Clock, PortFailure};
use crate::values::{DeclineReason, OrderId};

pub struct AuthorizePayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum AuthorizePaymentError {
    #[error("the payment was declined: {}", .0.as_str())]
    Declined(DeclineReason),
    #[error("the payment was voided before, or its order is finished")]
    PaymentClosed,
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl AuthorizePayment {
    pub async fn run(&self, id: &OrderId) -> Result<(), AuthorizePaymentError> {
        let order = self.book.find(id).await?.ok_or(AuthorizePaymentError::OrderNotFound)?;
        // A late repetition: the order is finished, and its token is gone.
        let token = order.payment_token.ok_or(AuthorizePaymentError::PaymentClosed)?;
        let authorization = self.gateway.authorize(id, order.total, &token).await?;
        let state = match authorization {
            Authorization::Authorized => PaymentState::Authorized,
            Authorization::Declined(_) => PaymentState::Declined,
            Authorization::Closed => return Err(AuthorizePaymentError::PaymentClosed),
        };
        self.records
            .note(
                id,
                PaymentRecord {
                    state,
                    amount: order.total,
                    at: self.clock.now(),
                },
            )
            .await?;
        match authorization {
            Authorization::Declined(reason) => Err(AuthorizePaymentError::Declined(reason)),
            Authorization::Authorized | Authorization::Closed => Ok(()),
        }
    }
}
