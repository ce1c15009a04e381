//! Rejects an order, after everything was undone.

use std::sync::Arc;

use super::ports::{OrderBook, Transition};
use super::status_change::Done;
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus, RejectionReason};

/// The use case of `saga-reject-order`.
pub struct RejectOrder {
    pub book: Arc<dyn OrderBook>,
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum RejectOrderError {
    #[error("an order that is {} cannot be rejected", .0.as_str())]
    NotRejectable(OrderStatus),
    #[error("the order does not exist")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RejectOrder {
    /// The saga calls this only after everything was undone. May be repeated.
    pub async fn run(&self, id: &OrderId, reason: RejectionReason) -> Result<Done, RejectOrderError> {
        match self.book.reject(id, reason, self.clock.now()).await? {
            Transition::Done => Ok(Done::Now),
            Transition::AlreadyDone => Ok(Done::Before),
            Transition::Refused(status) => Err(RejectOrderError::NotRejectable(status)),
            Transition::NotFound => Err(RejectOrderError::OrderNotFound),
        }
    }
}
