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
