//! Broken shops: a compensation that arrives before its original leaves no tombstone.

use domain::fulfilment::ports::Void;
use sandbox_gateway::payment::{Decision, State};
use state_machine::DefinitionFault;

use crate::design::Design;

/// The gateway forgets a void of a payment that it does not have yet. The late authorization then holds money for a
/// rejected order.
pub fn without_one_at_the_gateway() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone at the gateway",
        break_tables: |tables| {
            tables.gateway.void = |payment| match payment.state {
                State::New => Decision {
                    answer: Void::Voided,
                    movement: None,
                    notices: &[],
                },
                _ => payment.void(),
            };
        },
        ..Design::ours()?
    })
}

/// A release deletes the reservation. A late reservation then takes units that are never returned.
pub fn without_one_in_the_stock() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone in the stock",
        break_tables: |tables| {
            tables.products.give_back = |products, order| {
                products.give_back(order);
                products.held.remove(order);
            };
        },
        ..Design::ours()?
    })
}
