//! A step of both sagas: sends the customer one mail about the order, at most once.

use domain::fulfilment::notify_customer::{Notified, NotifyCustomer, NotifyCustomerError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use wire::saga::{NotifyInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, notify: &NotifyCustomer) -> Reply {
    step(invocation, |input: NotifyInput| async move {
        let notified = notify.run(&input.saga.order_id, input.notice).await;
        let outcome = match notified.map_err(|error| step_error(&error))? {
            Notified::Sent => "SENT",
            Notified::SentBefore => "SENT_BEFORE",
            Notified::Ambiguous => "AMBIGUOUS",
            Notified::NoAddress => "NO_ADDRESS",
        };
        tracing::info!(outcome, "customer notified");
        Ok(StepOutcome { outcome })
    })
    .await
}

fn step_error(error: &NotifyCustomerError) -> StepError {
    let fault = match error {
        NotifyCustomerError::OrderNotFound => StepFault::OrderNotFound,
        NotifyCustomerError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_customer_is_notified_once() {
        let world = World::with_order("tok_ok").await;
        let notify = NotifyCustomer::from(&world.shop.ports);
        world.confirm(ORDER).await;
        for outcome in ["SENT", "SENT_BEFORE"] {
            let reply = handle(world.invocation("saga-notify-customer"), &notify).await;
            assert_eq!(reply.unwrap(), json!({"outcome": outcome}));
        }
        assert_eq!(world.memory.look(|tables| tables.mails.len()), 1);
        let reply = handle(world.invocation("saga-notify-customer.rejected"), &notify).await;
        assert_eq!(error_name(reply), "OrderNotFound");
        let strange = world.invocation_of(
            "saga-notify-customer",
            json!({"order_id": ORDER, "correlation_id": "req-1", "notice": "SHIPPED"}),
        );
        assert_eq!(error_name(handle(strange, &notify).await), "StepInputMalformed");
    }
}
