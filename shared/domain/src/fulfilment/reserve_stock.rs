//! Reserves the stock of an order, all lines or none.

use std::sync::Arc;

use super::ports::{OrderBook, Reservation, StockLedger};
use crate::ports::{Clock, PortFailure};
use crate::values::{OrderId, Sku};

/// The use case of `saga-reserve-stock`.
pub struct ReserveStock {
    pub book: Arc<dyn OrderBook>,
    pub stock: Arc<dyn StockLedger>,
    pub clock: Arc<dyn Clock>,
}

/// Why the step fails.
#[derive(Debug, thiserror::Error)]
pub enum ReserveStockError {
    #[error("too few units of {} products", .0.len())]
    OutOfStock(Vec<Sku>),
    #[error("the reservation was closed before this attempt")]
    ReservationClosed,
    #[error("the order does not exist")]
    OrderNotFound,
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
