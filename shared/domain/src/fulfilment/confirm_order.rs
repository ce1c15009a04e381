//! Confirms an order: its stock is sold, and nothing is undone any more.

use std::sync::Arc;

use super::ports::{OrderBook, StockLedger, Transition};
use super::status_change::Done;
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

/// The use case of `saga-confirm-order`.
pub struct ConfirmOrder {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// The units on hand and the reservations.
    pub stock: Arc<dyn StockLedger>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmOrderError {
    /// The order has this status, from which it cannot become CONFIRMED.
    #[error("an order that is {} cannot be confirmed", .0.as_str())]
    NotConfirmable(OrderStatus),
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl ConfirmOrder {
    /// Commits the stock first, so that a CONFIRMED order has no open reservation. A late repetition after a cancel
    /// finds the reservation closed and the order past its confirmation, and changes neither.
    pub async fn run(&self, id: &OrderId) -> Result<Done, ConfirmOrderError> {
        let now = self.clock.now();
        self.stock.commit(id, now).await?;
        match self.book.confirm(id, now).await? {
            Transition::Done => Ok(Done::Now),
            Transition::AlreadyDone => Ok(Done::Before),
            Transition::Refused(status) => Err(ConfirmOrderError::NotConfirmable(status)),
            Transition::NotFound => Err(ConfirmOrderError::OrderNotFound),
        }
    }
}
