//! A step of the order saga: authorizes the payment.

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
        AuthorizePaymentError::Declined(reason) => StepFault::from(*reason),
        AuthorizePaymentError::Pending => StepFault::PaymentPending,
        AuthorizePaymentError::PaymentClosed => StepFault::PaymentClosed,
        AuthorizePaymentError::OrderNotFound => StepFault::OrderNotFound,
        AuthorizePaymentError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use domain::values::DeclineReason;
    use function_tests::{OTHER_ORDER, World, error_name};
    use sandbox_gateway::payment::declined_token;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_payment_is_authorized_once_or_refused_for_good() {
        let world = World::with_order("tok_ok").await;
        let authorize = AuthorizePayment::from(&world.shop.ports);
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-authorize-payment"), &authorize).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "AUTHORIZED"}));
        }
        let declined = DeclineReason::ALL.map(|reason| (declined_token(reason), StepFault::from(reason).as_str()));
        for (token, name) in declined
            .into_iter()
            .chain([("tok_down", "TransientFailure"), ("tok_later_ok", "PaymentPending")])
        {
            let world = World::open();
            world.place_mugs(OTHER_ORDER, token).await;
            let authorize = AuthorizePayment::from(&world.shop.ports);
            let refused = async || handle(world.invocation("saga-authorize-payment.rejected"), &authorize).await;
            for _ in 0..2 {
                assert_eq!(error_name(refused().await), name, "{token}");
            }
            world.step("saga-void-payment", OTHER_ORDER).await.unwrap();
            assert_eq!(error_name(refused().await), "PaymentClosed", "{token}");
        }
    }
}
