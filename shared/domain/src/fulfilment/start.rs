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

#[cfg(test)]
mod tests {
    use super::super::fakes::{Runner, order};
    use super::super::ports::SagaKind;
    use super::*;

    #[tokio::test]
    async fn a_repeated_event_starts_one_saga_of_each_kind() {
        let runner = Arc::new(Runner::default());
        let fulfilment = StartFulfilment {
            runner: Arc::clone(&runner) as _,
        };
        let order = order("order-1", "tok_ok");
        let start = |kind| SagaStart {
            kind,
            order: order.id.clone(),
            correlation_id: order.correlation_id.clone(),
        };
        let starts = [start(SagaKind::Order), start(SagaKind::Cancel)];
        for start in starts.iter().chain(&starts) {
            fulfilment.run(start).await.unwrap();
        }
        assert_eq!(runner.starts(), starts);
    }
}
