//! What if an undo that comes first left no trace?

use domain::fulfilment::ports::Void;
use sandbox_gateway::payment::{Payment, State};
use state_machine::DefinitionFault;

use crate::design::Design;

/// A void of a payment that the provider has not seen yet is forgotten: the authorization that arrives late holds money
/// for an order that was turned down.
pub fn without_one_at_the_gateway() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone at the gateway",
        void: |gateway, payment| {
            let known = gateway.payments.get(payment);
            if known.is_none_or(|known| known.state == State::New) {
                return Void::Voided;
            }
            gateway.decide(payment, Payment::void)
        },
        ..Design::ours()?
    })
}

/// Giving back deletes the reservation: one that arrives late takes units that nobody returns any more.
pub fn without_one_in_the_stock() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone in the stock",
        give_back: |products, order| {
            products.give_back(order);
            products.held.remove(order);
        },
        ..Design::ours()?
    })
}
