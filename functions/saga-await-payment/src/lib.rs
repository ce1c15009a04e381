//! A step of the order saga: waits for the payment result that the provider reports later.

use domain::fulfilment::await_payment::{AwaitPayment, Wait};
use door::failure;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::saga::{AwaitPaymentInput, StepOutcome};

pub async fn handle(invocation: Invocation, wait: &AwaitPayment) -> Reply {
    step(invocation, |input: AwaitPaymentInput| async move {
        let waited = wait.run(&input.saga.order_id, &input.task_token).await;
        let outcome = match waited.map_err(failure::step_error)? {
            Wait::Began => "WAITING",
            Wait::Ended => "ENDED",
        };
        Ok(StepOutcome { outcome })
    })
    .await
}

#[cfg(test)]
mod tests {
    use domain::fulfilment::payment_results::PaymentVerdict;
    use domain::values::{OrderId, Timestamp};
    use entry::step::STEP_INPUT_MALFORMED;
    use function_tests::{ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_wait_begins_however_often_and_ends_at_once_where_the_result_came_first() {
        let world = World::with_order("tok_later_ok").await;
        let wait = AwaitPayment::from(&world.shop.ports);
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-await-payment"), &wait).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "WAITING"}));
        }
        assert!(world.memory.look(|tables| tables.resumed.is_empty()));
        for verdict in PaymentVerdict::ALL {
            let world = World::with_order("tok_later_ok").await;
            let wait = AwaitPayment::from(&world.shop.ports);
            let order = OrderId::parse(ORDER).unwrap();
            let at = Timestamp::from_unix_ms(0);
            let results = &world.shop.ports.payment_results;
            results.record(&order, verdict, at).await.unwrap();
            let reply = handle(world.invocation("saga-await-payment"), &wait).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "ENDED"}));
            let resumed = world
                .memory
                .look(|tables| tables.resumed.values().copied().collect::<Vec<_>>());
            assert_eq!(resumed, [verdict]);
        }
    }

    #[tokio::test]
    async fn an_input_without_a_token_is_refused() {
        let world = World::with_order("tok_later_ok").await;
        let wait = AwaitPayment::from(&world.shop.ports);
        let reply = handle(world.invocation("saga-await-payment.rejected"), &wait).await;
        assert_eq!(error_name(reply), STEP_INPUT_MALFORMED);
    }
}
