//! How does a saga free what is held, and close the payment?

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
