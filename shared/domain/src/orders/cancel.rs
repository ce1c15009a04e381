//! Begins to cancel a confirmed order.

use std::sync::Arc;

use super::ports::{CancelOutcome, OrderRepository};
use crate::ports::{Clock, PortFailure};
use crate::values::{CorrelationId, CustomerId, OrderId};

/// The use case behind `POST /orders/{id}/cancel`.
pub struct CancelOrder {
    /// The stored orders.
    pub orders: Arc<dyn OrderRepository>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

impl CancelOrder {
    /// Only a CONFIRMED order can be cancelled. The change of its status starts the cancel saga, which undoes the
    /// order.
    pub async fn run(
        &self,
        customer: &CustomerId,
        id: &OrderId,
        correlation_id: &CorrelationId,
    ) -> Result<CancelOutcome, PortFailure> {
        self.orders
            .begin_cancelling(id, customer, correlation_id, self.clock.now())
            .await
    }
}
