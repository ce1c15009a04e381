//! What if every attempt to capture were a new one to the provider?

use domain::fulfilment::ports::Capture;
use domain::values::OrderId;
use sandbox_gateway::payment::{Payment, State};
use state_machine::DefinitionFault;

use crate::design::Design;
use crate::shop::gateway::{Books, Gateway};

/// The key is drawn at random for each attempt, so that a repetition takes the money once more.
pub fn drawn_anew() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a random capture key",
        gateway: || Box::new(Keyless::default()),
        ..Design::ours()?
    })
}

#[derive(Default)]
struct Keyless(Books);

impl Gateway for Keyless {
    fn books(&self) -> &Books {
        &self.0
    }

    fn books_mut(&mut self) -> &mut Books {
        &mut self.0
    }

    fn capture(&mut self, payment: &OrderId) -> Capture {
        self.0.decide(payment, |payment| {
            if payment.state == State::Captured {
                // Under a key that it has not seen, the provider finds nothing but a good authorization.
                payment.state = State::Authorized;
            }
            Payment::capture(payment)
        })
    }
}
