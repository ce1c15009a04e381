//! How does a saga return what was captured, if anything was?

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
