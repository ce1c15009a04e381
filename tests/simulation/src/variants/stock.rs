//! What if units were subtracted without a condition?

use adapter_memory::tables::products::{Held, Products};
use domain::fulfilment::ports::{Reservation, StockLine};
use domain::values::OrderId;
use state_machine::DefinitionFault;

use crate::design::Design;

/// Looks whether there is enough, and then subtracts whether or not this order has its units already.
pub fn updated_without_a_condition() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "stock updated without a condition",
        break_tables: |tables| tables.products.reserve = reserve,
        ..Design::ours()?
    })
}

fn reserve(products: &mut Products, order: &OrderId, lines: &[StockLine]) -> Reservation {
    if products.held.get(order) == Some(&Held::Closed) {
        return Reservation::Closed;
    }
    let short = products.short(lines);
    if !short.is_empty() {
        return Reservation::OutOfStock(short);
    }
    products.count(lines, |row, units| row.reserved += units);
    products.held.insert(order.clone(), Held::Reserved(lines.to_vec()));
    Reservation::Reserved
}
