//! A step of the order saga: voids the authorized payment and closes it.

use domain::fulfilment::void_payment::{VoidPayment, VoidPaymentError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use telemetry::metric::Metric;
use telemetry::metrics;
use wire::saga::{SagaInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, void: &VoidPayment) -> Reply {
    step(invocation, |input: SagaInput| async move {
        void.run(&input.order_id).await.map_err(|error| step_error(&error))?;
        metrics::count(Metric::CompensationsRun);
        Ok(StepOutcome { outcome: "VOIDED" })
    })
    .await
}

fn step_error(error: &VoidPaymentError) -> StepError {
    let fault = match error {
        VoidPaymentError::AlreadyCaptured => StepFault::AlreadyCaptured,
        VoidPaymentError::OrderNotFound => StepFault::OrderNotFound,
        VoidPaymentError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_payment_is_voided_until_it_is_captured() {
        let world = World::with_order("tok_ok").await;
        let void = VoidPayment::from(&world.shop.ports);
        world.step("saga-authorize-payment", ORDER).await.unwrap();
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-void-payment"), &void).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "VOIDED"}));
        }
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        world.confirm(OTHER_ORDER).await;
        let reply = handle(world.invocation("saga-void-payment.rejected"), &void).await;
        assert_eq!(error_name(reply), "AlreadyCaptured");
    }
}
