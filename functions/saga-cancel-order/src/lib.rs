//! A step of the cancel saga: sets the order CANCELLED, after money and stock were returned.

use domain::fulfilment::complete_cancel::{CompleteCancel, CompleteCancelError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use wire::saga::{SagaInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, complete: &CompleteCancel) -> Reply {
    step(invocation, |input: SagaInput| async move {
        complete
            .run(&input.order_id)
            .await
            .map_err(|error| step_error(&error))?;
        Ok(StepOutcome { outcome: "CANCELLED" })
    })
    .await
}

fn step_error(error: &CompleteCancelError) -> StepError {
    let fault = match error {
        CompleteCancelError::NotCancelling(_) => StepFault::OrderNotCancelling,
        CompleteCancelError::OrderNotFound => StepFault::OrderNotFound,
        CompleteCancelError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_cancel_is_completed_only_when_it_was_asked_for() {
        let world = World::with_order("tok_ok").await;
        let complete = CompleteCancel::from(&world.shop.ports);
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        world.confirm(ORDER).await;
        world.send("orders-cancel").await.unwrap();
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-cancel-order"), &complete).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "CANCELLED"}));
        }
        assert_eq!(world.order(ORDER).await["status"], "CANCELLED");
        let reply = handle(world.invocation("saga-cancel-order.rejected"), &complete).await;
        assert_eq!(error_name(reply), "OrderNotCancelling");
    }
}
