//! Reserves the stock of an order, all lines or none.

use std::sync::Arc;

use super::ports::{OrderBook, Reservation, StockLedger};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, Sku};

/// The use case of `saga-reserve-stock`.
pub struct ReserveStock {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// The units on hand and the reservations.
    pub stock: Arc<dyn StockLedger>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum ReserveStockError {
    /// At least these products have too few units, or are unknown. The saga rejects the order.
    #[error("too few units of {} products", .0.len())]
    OutOfStock(Vec<Sku>),
    /// The stock was given back before: a reservation would come too late.
    #[error("the reservation was closed before this attempt")]
    ReservationClosed,
    /// The store has no order with this id.
    #[error("the order does not exist")]
    OrderNotFound,
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl ReserveStock {
    /// May be repeated.
    pub async fn run(&self, id: &OrderId) -> Result<(), ReserveStockError> {
        let order = self.book.find(id).await?.ok_or(ReserveStockError::OrderNotFound)?;
        match self.stock.reserve(id, &order.lines, self.clock.now()).await? {
            Reservation::Reserved => Ok(()),
            Reservation::OutOfStock(skus) => Err(ReserveStockError::OutOfStock(skus)),
            Reservation::Closed => Err(ReserveStockError::ReservationClosed),
        }
    }
}
