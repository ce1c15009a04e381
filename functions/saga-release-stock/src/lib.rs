//! How does a saga give the stock of an order back, exactly once?

use domain::fulfilment::release_stock::ReleaseStock;
use edge::invocation::{Invocation, Reply};
use edge::metrics::{self, Metric};
use edge::step::{StepError, step};
use wire::saga::{SagaInput, StepOutcome};

pub async fn handle(invocation: Invocation, release: &ReleaseStock) -> Reply {
    step(invocation, |input: SagaInput| async move {
        release
            .run(&input.order_id)
            .await
            .map_err(|failure| StepError::outside(&failure, failure.transient))?;
        metrics::count(Metric::CompensationsRun);
        Ok(StepOutcome { outcome: "RELEASED" })
    })
    .await
}
