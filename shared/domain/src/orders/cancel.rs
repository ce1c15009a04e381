//! May this order still be cancelled?

use std::sync::Arc;

use super::ports::{CancelOutcome, OrderRepository};
use crate::ports::{Clock, PortFailure};
use crate::values::{CorrelationId, CustomerId, OrderId};

pub struct CancelOrder {
    pub orders: Arc<dyn OrderRepository>,
    pub clock: Arc<dyn Clock>,
}

impl CancelOrder {
    /// Only a confirmed order can be; the undoing itself is a saga that the order's change starts.
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
