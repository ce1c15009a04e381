//! When is an order a sale?

use std::sync::Arc;

use super::ports::{Done, OrderBook, StockLedger, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, OrderStatus};

pub struct ConfirmOrder {
    pub book: Arc<dyn OrderBook>,
    pub stock: Arc<dyn StockLedger>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfirmOrderError {
    #[error("an order that is {} cannot be confirmed", .0.as_str())]
    NotConfirmable(OrderStatus),
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl ConfirmOrder {
    /// Commits the stock first: an order that says CONFIRMED holds nothing open. A late repetition after a cancel finds
    /// the reservation closed and the order past confirmation, and changes neither.
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
