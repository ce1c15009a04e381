//! Gives the stock of an order back.

use std::sync::Arc;

use super::ports::StockLedger;
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// The use case of `saga-release-stock`.
pub struct ReleaseStock {
    /// The units on hand and the reservations.
    pub stock: Arc<dyn StockLedger>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

impl ReleaseStock {
    /// Gives back what the order holds, reserved or sold, exactly once, and closes it against a late reservation.
    pub async fn run(&self, id: &OrderId) -> Result<(), PortFailure> {
        self.stock.give_back(id, self.clock.now()).await
    }
}
