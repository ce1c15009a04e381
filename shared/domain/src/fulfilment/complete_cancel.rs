//! Sets an order CANCELLED, after its money and stock were returned.

use std::sync::Arc;

use super::ports::{OrderBook, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

/// The use case of `saga-cancel-order`.
pub struct CompleteCancel {
    pub book: Arc<dyn OrderBook>,
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum CompleteCancelError {
    #[error("an order that is {} is not being cancelled", .0.as_str())]
    NotCancelling(OrderStatus),
    #[error("the order does not exist")]
    OrderNotFound,
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
