//! Starts the saga of an order.

use std::sync::Arc;

use super::ports::{SagaRunner, SagaStart};
use crate::ports::PortFailure;

/// The use case of `saga-start`.
pub struct StartFulfilment {
    /// Starts the execution.
    pub runner: Arc<dyn SagaRunner>,
}

impl StartFulfilment {
    /// May be repeated: there is one execution per order and kind.
    pub async fn run(&self, start: &SagaStart) -> Result<(), PortFailure> {
        self.runner.start(start).await
    }
}
