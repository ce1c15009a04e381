//! A step of both sagas: gives the stock of the order back, exactly once.

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

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn stock_is_given_back_once_and_the_reservation_closed() {
        let world = World::with_order("tok_ok").await;
        let release = ReleaseStock::from(&world.shop.ports);
        world.step("saga-reserve-stock", ORDER).await.unwrap();
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-release-stock"), &release).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "RELEASED"}));
        }
        assert_eq!(world.available("MUG-01"), 7);
        let late = world.step("saga-reserve-stock", ORDER).await;
        assert_eq!(error_name(late), "ReservationClosed");
        let reply = handle(world.invocation("saga-release-stock.rejected"), &release).await;
        assert_eq!(error_name(reply), "StepInputMalformed");
    }
}
