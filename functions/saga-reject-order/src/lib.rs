//! A step of the order saga: rejects the order, after everything was undone.

use domain::fulfilment::reject_order::{RejectOrder, RejectOrderError};
use domain::fulfilment::status_change::Done;
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use telemetry::metrics;
use wire::saga::{RejectInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, reject: &RejectOrder) -> Reply {
    step(invocation, |input: RejectInput| async move {
        let done = reject
            .run(&input.saga.order_id, input.reason)
            .await
            .map_err(|error| step_error(&error))?;
        if done == Done::Now {
            metrics::count_rejection(input.reason.as_str());
        }
        Ok(StepOutcome { outcome: "REJECTED" })
    })
    .await
}

fn step_error(error: &RejectOrderError) -> StepError {
    let fault = match error {
        RejectOrderError::NotRejectable(_) => StepFault::OrderNotRejectable,
        RejectOrderError::OrderNotFound => StepFault::OrderNotFound,
        RejectOrderError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_pending_order_is_rejected_and_a_confirmed_one_is_not() {
        let world = World::with_order("tok_ok").await;
        let reject = RejectOrder::from(&world.shop.ports);
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-reject-order"), &reject).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "REJECTED"}));
        }
        let order = world.order(ORDER).await;
        assert_eq!(
            (&order["status"], &order["reason"]),
            (&json!("REJECTED"), &json!("out_of_stock"))
        );
        world.confirm(OTHER_ORDER).await;
        let reply = handle(world.invocation("saga-reject-order.rejected"), &reject).await;
        assert_eq!(error_name(reply), "OrderNotRejectable");
        let strange = world.invocation_of(
            "saga-reject-order",
            json!({"order_id": ORDER, "correlation_id": "req-1", "reason": "bad_mood"}),
        );
        assert_eq!(error_name(handle(strange, &reject).await), "StepInputMalformed");
    }
}
