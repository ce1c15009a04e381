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

#[cfg(test)]
mod tests {
    use function_tests::{OTHER_ORDER, World, error_name, invocation};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_payment_is_authorized_once() {
        let world = World::with_order("tok_ok");
        for _ in 0..2 {
            let reply = handle(
                invocation("saga-authorize-payment"),
                &AuthorizePayment::from(&world.shop.ports),
            )
            .await;
            assert_eq!(reply.unwrap(), json!({"outcome": "AUTHORIZED"}));
        }
        assert_eq!(world.memory.look(|tables| tables.gateway.ledger.len()), 1);
    }

    #[tokio::test]
    async fn a_payment_is_refused_for_good_and_by_name() {
        for (token, name) in [
            ("tok_declined", "PaymentDeclined"),
            ("tok_insufficient_funds", "InsufficientFunds"),
            ("tok_down", "TransientFailure"),
        ] {
            let world = World::open();
            world.place_mugs(OTHER_ORDER, token);
            let authorize = AuthorizePayment::from(&world.shop.ports);
            for _ in 0..2 {
                let reply = handle(invocation("saga-authorize-payment.rejected"), &authorize).await;
                assert_eq!(error_name(reply), name, "{token}");
            }
            world.void(OTHER_ORDER).await;
            let reply = handle(invocation("saga-authorize-payment.rejected"), &authorize).await;
            assert_eq!(error_name(reply), "PaymentClosed", "{token}");
        }
    }
}
