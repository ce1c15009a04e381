//! How does a saga complete a cancel, after everything was given back?

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
