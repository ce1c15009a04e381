//! A step of the order saga: confirms the order, after which nothing is undone.

use domain::fulfilment::confirm_order::{ConfirmOrder, ConfirmOrderError};
use domain::fulfilment::status_change::Done;
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use telemetry::metric::Metric;
use telemetry::metrics;
use wire::saga::{SagaInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, confirm: &ConfirmOrder) -> Reply {
    step(invocation, |input: SagaInput| async move {
        let done = confirm.run(&input.order_id).await.map_err(|error| step_error(&error))?;
        if done == Done::Now {
            metrics::count(Metric::OrdersConfirmed);
        }
        Ok(StepOutcome { outcome: "CONFIRMED" })
    })
    .await
}

fn step_error(error: &ConfirmOrderError) -> StepError {
    let fault = match error {
        ConfirmOrderError::NotConfirmable(_) => StepFault::OrderNotConfirmable,
        ConfirmOrderError::OrderNotFound => StepFault::OrderNotFound,
        ConfirmOrderError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_pending_order_is_confirmed_and_a_rejected_one_is_not() {
        let world = World::with_order("tok_ok").await;
        let confirm = ConfirmOrder::from(&world.shop.ports);
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        for step in ["saga-reserve-stock", "saga-authorize-payment", "saga-capture-payment"] {
            world.step(step, ORDER).await.unwrap();
        }
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-confirm-order"), &confirm).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "CONFIRMED"}));
        }
        assert_eq!(world.order(ORDER).await["status"], "CONFIRMED");
        world.send("saga-reject-order.rejected").await.unwrap();
        let reply = handle(world.invocation("saga-confirm-order.rejected"), &confirm).await;
        assert_eq!(error_name(reply), "OrderNotConfirmable");
        let strange = world.invocation_of("saga-confirm-order", json!({"order_id": "", "correlation_id": "req-1"}));
        assert_eq!(error_name(handle(strange, &confirm).await), "StepInputMalformed");
    }
}
