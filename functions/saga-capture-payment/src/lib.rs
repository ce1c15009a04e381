//! A step of the order saga: captures the authorized payment.

use domain::fulfilment::capture_payment::{CapturePayment, CapturePaymentError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use wire::saga::{SagaInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, capture: &CapturePayment) -> Reply {
    step(invocation, |input: SagaInput| async move {
        capture.run(&input.order_id).await.map_err(|error| step_error(&error))?;
        Ok(StepOutcome { outcome: "CAPTURED" })
    })
    .await
}

fn step_error(error: &CapturePaymentError) -> StepError {
    let fault = match error {
        CapturePaymentError::CaptureRefused => StepFault::CaptureRefused,
        CapturePaymentError::PaymentClosed => StepFault::PaymentClosed,
        CapturePaymentError::NotAuthorized => StepFault::NotAuthorized,
        CapturePaymentError::OrderNotFound => StepFault::OrderNotFound,
        CapturePaymentError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn money_is_captured_once_and_only_when_it_is_held() {
        let world = World::with_order("tok_ok").await;
        let capture = CapturePayment::from(&world.shop.ports);
        world.step("saga-authorize-payment", ORDER).await.unwrap();
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-capture-payment"), &capture).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "CAPTURED"}));
        }
        world.place_mugs(OTHER_ORDER, "tok_capture_fails").await;
        let refused = async || error_name(handle(world.invocation("saga-capture-payment.rejected"), &capture).await);
        assert_eq!(refused().await, "NotAuthorized");
        world.step("saga-authorize-payment", OTHER_ORDER).await.unwrap();
        assert_eq!(refused().await, "CaptureRefused");
        world.step("saga-void-payment", OTHER_ORDER).await.unwrap();
        assert_eq!(refused().await, "PaymentClosed");
    }
}
