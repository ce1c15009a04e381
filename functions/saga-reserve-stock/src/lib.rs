//! A step of the order saga: reserves the stock of the order, all lines or none.

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
    use function_tests::{ORDER, OTHER_ORDER, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn stock_is_reserved_once_or_not_at_all() {
        let world = World::with_order("tok_ok").await;
        let reserve = ReserveStock::from(&world.shop.ports);
        let items = json!([{"sku": "TEE-01", "quantity": 1}, {"sku": "MUG-01", "quantity": 8}]);
        world.place(OTHER_ORDER, "tok_ok", &items).await;
        for _ in 0..2 {
            let reply = handle(world.invocation("saga-reserve-stock"), &reserve).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "RESERVED"}));
        }
        let reply = handle(world.invocation("saga-reserve-stock.rejected"), &reserve).await;
        assert_eq!(error_name(reply), "OutOfStock");
        assert_eq!((world.available("MUG-01"), world.available("TEE-01")), (5, 3));
        let strange = world.invocation_of("saga-reserve-stock", json!({"order_id": ORDER}));
        assert_eq!(error_name(handle(strange, &reserve).await), "StepInputMalformed");
    }
}
