//! How does a saga hold the amount of an order?

use domain::fulfilment::authorize_payment::{AuthorizePayment, AuthorizePaymentError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use wire::saga::{SagaInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, authorize: &AuthorizePayment) -> Reply {
    step(invocation, |input: SagaInput| async move {
        authorize
            .run(&input.order_id)
            .await
            .map_err(|error| step_error(&error))?;
        Ok(StepOutcome { outcome: "AUTHORIZED" })
    })
    .await
}

fn step_error(error: &AuthorizePaymentError) -> StepError {
    let fault = match error {
        AuthorizePaymentError::Declined => StepFault::PaymentDeclined,
        AuthorizePaymentError::InsufficientFunds => StepFault::InsufficientFunds,
        AuthorizePaymentError::PaymentClosed => StepFault::PaymentClosed,
        AuthorizePaymentError::OrderNotFound => StepFault::OrderNotFound,
        AuthorizePaymentError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}
