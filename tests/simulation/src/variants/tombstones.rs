//! What if an undo that comes first left no trace?

use domain::fulfilment::ports::Void;
use domain::values::OrderId;
use sandbox_gateway::payment::State;
use state_machine::DefinitionFault;

use crate::design::Design;
use crate::shop::gateway::{Books, Gateway};
use crate::shop::shelf::{Shelf, Units};

/// A void of a payment that the provider has not seen yet is forgotten: the authorization that arrives late holds money
/// for an order that was turned down.
pub fn without_one_at_the_gateway() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone at the gateway",
        gateway: || Box::new(ForgetfulGateway::default()),
        ..Design::ours()?
    })
}

/// Giving back deletes the reservation: one that arrives late takes units that nobody returns any more.
pub fn without_one_in_the_stock() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "no tombstone in the stock",
        shelf: || Box::new(ForgetfulShelf::default()),
        ..Design::ours()?
    })
}

#[derive(Default)]
struct ForgetfulGateway(Books);

impl Gateway for ForgetfulGateway {
    fn books(&self) -> &Books {
        &self.0
    }

    fn books_mut(&mut self) -> &mut Books {
        &mut self.0
    }

    fn void(&mut self, payment: &OrderId) -> Void {
        let known = self.0.payments.get(payment);
        if known.is_none_or(|known| known.state == State::New) {
            return Void::Voided;
        }
        self.0.decide(payment, sandbox_gateway::payment::Payment::void)
    }
}

#[derive(Default)]
struct ForgetfulShelf(Units);

impl Shelf for ForgetfulShelf {
    fn units(&self) -> &Units {
        &self.0
    }

    fn units_mut(&mut self) -> &mut Units {
        &mut self.0
    }

    fn give_back(&mut self, order: &OrderId) {
        self.0.give_back(order);
        self.0.held.remove(order);
    }
}
