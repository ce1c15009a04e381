//! What if units were subtracted without a condition?

use domain::fulfilment::ports::{Reservation, StockLine};
use domain::values::OrderId;
use state_machine::DefinitionFault;

use crate::design::Design;
use crate::shop::shelf::{Held, Shelf, Units};

/// Looks whether there is enough, and then subtracts whether or not this order has its units already.
pub fn updated_without_a_condition() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "stock updated without a condition",
        shelf: || Box::new(Unconditional::default()),
        ..Design::ours()?
    })
}

#[derive(Default)]
struct Unconditional(Units);

impl Shelf for Unconditional {
    fn units(&self) -> &Units {
        &self.0
    }

    fn units_mut(&mut self) -> &mut Units {
        &mut self.0
    }

    fn reserve(&mut self, order: &OrderId, lines: &[StockLine]) -> Reservation {
        if self.0.held.get(order) == Some(&Held::Closed) {
            return Reservation::Closed;
        }
        let is_short = |line: &&StockLine| self.0.available(&line.sku) < i64::from(line.quantity.units());
        let short: Vec<_> = lines.iter().filter(is_short).map(|line| line.sku.clone()).collect();
        if !short.is_empty() {
            return Reservation::OutOfStock(short);
        }
        self.0.count(lines, |count, units| count.open += units);
        self.0.held.insert(order.clone(), Held::Reserved(lines.to_vec()));
        Reservation::Reserved
    }
}
