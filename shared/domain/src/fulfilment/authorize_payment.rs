//! Authorizes the payment of an order: the provider holds the amount.

use std::sync::Arc;

use super::ports::{Authorization, OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState};
use crate::ports::{Clock, PortFailure};
use crate::values::{DeclineReason, OrderId, OrderStatus};

/// The use case of `saga-authorize-payment`.
pub struct AuthorizePayment {
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
pub enum AuthorizePaymentError {
    /// The provider declined, for this reason. The saga rejects the order.
    #[error("the payment was declined: {}", .0.as_str())]
    Declined(DeclineReason),
    /// Nothing was refused: the saga waits for the result.
    #[error("the provider reports the result of the payment later")]
    Pending,
    /// The payment was voided, or the order is finished: an authorization would come too late.
    #[error("the payment was voided before, or its order is finished")]
    PaymentClosed,
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl AuthorizePayment {
    /// May be repeated.
    pub async fn run(&self, id: &OrderId) -> Result<(), AuthorizePaymentError> {
        let order = self.book.find(id).await?.ok_or(AuthorizePaymentError::OrderNotFound)?;
        let Some(token) = order.payment_token else {
            // A late repetition: the order is finished and has no token any more.
            return match order.status {
                OrderStatus::Confirmed => Ok(()),
                OrderStatus::Pending
                | OrderStatus::Parked
                | OrderStatus::Rejected
                | OrderStatus::Cancelling
                | OrderStatus::Cancelled => Err(AuthorizePaymentError::PaymentClosed),
            };
        };
        let authorization = self.gateway.authorize(id, order.total, &token).await?;
        let state = match authorization {
            Authorization::Authorized => PaymentState::Authorized,
            Authorization::Declined(_) => PaymentState::Declined,
            Authorization::Pending => return Err(AuthorizePaymentError::Pending),
            Authorization::Closed => return Err(AuthorizePaymentError::PaymentClosed),
        };
        self.records
            .record(
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
            Authorization::Authorized | Authorization::Pending | Authorization::Closed => Ok(()),
        }
    }
}
