//! How does a saga set the stock of an order aside, all or nothing?

use domain::fulfilment::reserve_stock::{ReserveStock, ReserveStockError};
use door::failure;
use entry::step::{StepError, step};
use events::invocation::{Invocation, Reply};
use wire::saga::{SagaInput, StepOutcome};
use wire::step_fault::StepFault;

pub async fn handle(invocation: Invocation, reserve: &ReserveStock) -> Reply {
    step(invocation, |input: SagaInput| async move {
        reserve.run(&input.order_id).await.map_err(|error| step_error(&error))?;
        Ok(StepOutcome { outcome: "RESERVED" })
    })
    .await
}

fn step_error(error: &ReserveStockError) -> StepError {
    let fault = match error {
        ReserveStockError::OutOfStock(_) => StepFault::OutOfStock,
        ReserveStockError::ReservationClosed => StepFault::ReservationClosed,
        ReserveStockError::OrderNotFound => StepFault::OrderNotFound,
        ReserveStockError::Port(failure) => return failure::step_error(failure),
    };
    StepError::new(fault.as_str(), error.to_string())
}

#[cfg(test)]
mod tests {
    use domain::values::OrderId;
    use function_tests::{ORDER, OTHER_ORDER, World, error_name, invocation, invocation_of};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn stock_is_reserved_once_or_not_at_all() {
        let world = World::with_order("tok_ok");
        world.place(OTHER_ORDER, "tok_ok", &[("TEE-01", 1), ("MUG-01", 8)]);
        let reserve = ReserveStock::from(&world.shop.ports);
        for _ in 0..2 {
            let reply = handle(invocation("saga-reserve-stock"), &reserve).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "RESERVED"}));
        }
        let reply = handle(invocation("saga-reserve-stock.rejected"), &reserve).await;
        assert_eq!(error_name(reply), "OutOfStock");
        assert_eq!((world.available("MUG-01"), world.available("TEE-01")), (5, 3));
    }

    #[tokio::test]
    async fn a_closed_reservation_and_an_input_without_its_ids_fail_by_name() {
        let world = World::with_order("tok_ok");
        let order = OrderId::parse(ORDER).unwrap();
        world.memory.change(|tables| tables.products.give_back(&order));
        let reserve = ReserveStock::from(&world.shop.ports);
        let reply = handle(invocation("saga-reserve-stock"), &reserve).await;
        assert_eq!(error_name(reply), "ReservationClosed");
        let strange = invocation_of("saga-reserve-stock", json!({"order_id": ORDER}));
        assert_eq!(error_name(handle(strange, &reserve).await), "StepInputMalformed");
    }
}
