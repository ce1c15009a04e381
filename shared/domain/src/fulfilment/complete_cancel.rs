//! Sets an order CANCELLED, after its money and stock were returned.

use std::sync::Arc;

use super::ports::{OrderBook, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

/// The use case of `saga-cancel-order`.
pub struct CompleteCancel {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum CompleteCancelError {
    /// The order has this status, from which it cannot become CANCELLED.
    #[error("an order that is {} is not being cancelled", .0.as_str())]
    NotCancelling(OrderStatus),
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl CompleteCancel {
    /// The saga calls this only after money and stock were returned. May be repeated.
    pub async fn run(&self, id: &OrderId) -> Result<(), CompleteCancelError> {
        match self.book.complete_cancel(id, self.clock.now()).await? {
            Transition::Done | Transition::AlreadyDone => Ok(()),
            Transition::Refused(status) => Err(CompleteCancelError::NotCancelling(status)),
            Transition::NotFound => Err(CompleteCancelError::OrderNotFound),
        }
    }
}
