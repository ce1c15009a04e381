//! How does a saga take the money that was held?

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
