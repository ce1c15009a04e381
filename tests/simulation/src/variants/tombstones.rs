//! What if an undo that comes first left no trace?

use domain::fulfilment::ports::Void;
use sandbox_gateway::payment::{Decision, State};
use state_machine::DefinitionFault;

use crate::design::Design;

/// A void of a payment that the provider has not seen yet is forgotten: the authorization that arrives late holds money
/// for an order that was turned down.
pub fn without_one_at_the_gateway() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone at the gateway",
        break_tables: |tables| {
            tables.gateway.void = |payment| match payment.state {
                State::New => Decision {
                    answer: Void::Voided,
                    movement: None,
                },
                _ => payment.void(),
            };
        },
        ..Design::ours()?
    })
}

/// Giving back deletes the reservation: one that arrives late takes units that nobody returns any more.
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
