//! Rejects an order, after everything was undone.

use std::sync::Arc;

use super::ports::{OrderBook, Transition};
use super::status_change::Done;
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus, RejectionReason};

/// The use case of `saga-reject-order`.
pub struct RejectOrder {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum RejectOrderError {
    /// The order has this status, from which it cannot become REJECTED.
    #[error("an order that is {} cannot be rejected", .0.as_str())]
    NotRejectable(OrderStatus),
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
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
