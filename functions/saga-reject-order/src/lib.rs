//! How does a saga reject an order, after everything was undone?

use domain::fulfilment::ports::Done;
use domain::fulfilment::reject_order::{RejectOrder, RejectOrderError};
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
