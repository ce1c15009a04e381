//! When is an order turned down?

use std::sync::Arc;

use super::ports::{Done, OrderBook, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus, RejectionReason};

pub struct RejectOrder {
    pub book: Arc<dyn OrderBook>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum RejectOrderError {
    #[error("an order that is {} cannot be rejected", .0.as_str())]
    NotRejectable(OrderStatus),
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RejectOrder {
    /// The saga asks for this only after everything was undone.
    pub async fn run(&self, id: &OrderId, reason: RejectionReason) -> Result<Done, RejectOrderError> {
        match self.book.reject(id, reason, self.clock.now()).await? {
            Transition::Done => Ok(Done::Now),
            Transition::AlreadyDone => Ok(Done::Before),
            Transition::Refused(status) => Err(RejectOrderError::NotRejectable(status)),
            Transition::NotFound => Err(RejectOrderError::OrderNotFound),
        }
    }
}
