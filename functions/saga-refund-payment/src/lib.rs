//! A step of both sagas: returns what was captured, if anything was.

use domain::fulfilment::refund_payment::{RefundPayment, RefundPaymentError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use telemetry::metric::Metric;
use telemetry::metrics;
use wire::saga::{RefundOutcome, SagaInput};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, refund: &RefundPayment) -> Reply {
    step(invocation, |input: SagaInput| async move {
        let refunded = refund.run(&input.order_id).await.map_err(|error| step_error(&error))?;
        metrics::count(Metric::CompensationsRun);
        Ok(RefundOutcome::from(refunded))
    })
    .await
}

fn step_error(error: &RefundPaymentError) -> StepError {
    let fault = match error {
        RefundPaymentError::OrderNotFound => StepFault::OrderNotFound,
        RefundPaymentError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn exactly_what_was_captured_is_refunded() {
        let world = World::with_order("tok_ok").await;
        let refund = RefundPayment::from(&world.shop.ports);
        world.confirm(ORDER).await;
        let refunded = json!({"outcome": "REFUNDED", "refunded": {"amount_minor": 2500, "currency": "EUR"}});
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-refund-payment"), &refund).await;
            assert_eq!(reply.unwrap(), refunded);
        }
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        let nothing = world.step("saga-refund-payment", OTHER_ORDER).await;
        assert_eq!(nothing.unwrap(), json!({"outcome": "NOTHING_CAPTURED"}));
        let reply = handle(world.invocation("saga-refund-payment.rejected"), &refund).await;
        assert_eq!(error_name(reply), "OrderNotFound");
    }
}
