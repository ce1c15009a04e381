//! How does a saga confirm an order, from where nothing is undone?

use domain::fulfilment::confirm_order::{ConfirmOrder, ConfirmOrderError};
use domain::fulfilment::ports::Done;
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
