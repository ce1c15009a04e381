//! A broken shop: stock is subtracted without a condition.

use adapter_memory::tables::products::Products;
use domain::fulfilment::ports::{Reservation, StockLine};
use domain::fulfilment::reservation_state::{ReservationState, StockChange};
use domain::values::OrderId;
use state_machine::DefinitionFault;

use crate::design::Design;

/// Checks that there are enough units, and then subtracts them even if this order already has its units.
pub fn updated_without_a_condition() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "stock updated without a condition",
        break_tables: |tables| tables.products.reserve = reserve,
        ..Design::ours()?
    })
}

fn reserve(products: &mut Products, order: &OrderId, lines: &[StockLine]) -> Reservation {
    let is_closed = products.held.get(order).map(|held| held.state) == Some(ReservationState::Closed);
    if is_closed {
        return Reservation::Closed;
    }
    let short = products.short(lines);
    if !short.is_empty() {
        return Reservation::OutOfStock(short);
    }
    products.apply(order, lines.to_vec(), StockChange::RESERVE);
    Reservation::Reserved
}
