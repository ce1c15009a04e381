//! How does an order's saga begin?

use std::sync::Arc;

use super::ports::{SagaRunner, SagaStart};
use crate::ports::PortFailure;

pub struct StartFulfilment {
    pub runner: Arc<dyn SagaRunner>,
}

impl StartFulfilment {
    /// Harmless to repeat: there is one execution per order and kind.
    pub async fn run(&self, start: &SagaStart) -> Result<(), PortFailure> {
        self.runner.start(start).await
    }
}
