//! How does a saga give the stock of an order back, exactly once?

use domain::fulfilment::release_stock::ReleaseStock;
use door::failure::step_error;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use telemetry::metric::Metric;
use telemetry::metrics;
use wire::saga::{SagaInput, StepOutcome};

pub async fn handle(invocation: Invocation, release: &ReleaseStock) -> Reply {
    step(invocation, |input: SagaInput| async move {
        release.run(&input.order_id).await.map_err(step_error)?;
        metrics::count(Metric::CompensationsRun);
        Ok(StepOutcome { outcome: "RELEASED" })
    })
    .await
}
