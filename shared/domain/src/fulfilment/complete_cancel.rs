//! When is a cancel complete?

use std::sync::Arc;

use super::ports::{OrderBook, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

pub struct CompleteCancel {
    pub book: Arc<dyn OrderBook>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum CompleteCancelError {
    #[error("an order that is {} is not being cancelled", .0.as_str())]
    NotCancelling(OrderStatus),
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl CompleteCancel {
    /// The saga asks for this only after money and stock were given back.
    pub async fn run(&self, id: &OrderId) -> Result<(), CompleteCancelError> {
        match self.book.complete_cancel(id, self.clock.now()).await? {
            Transition::Done | Transition::AlreadyDone => Ok(()),
            Transition::Refused(status) => Err(CompleteCancelError::NotCancelling(status)),
            Transition::NotFound => Err(CompleteCancelError::OrderNotFound),
        }
    }
}
