//! What if every attempt to capture were a new one to the provider?

use sandbox_gateway::payment::State;
use state_machine::DefinitionFault;

use crate::design::Design;

/// The key is drawn at random for each attempt, so that a repetition takes the money once more.
pub fn drawn_anew() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a random capture key",
        break_tables: |tables| {
            tables.gateway.capture = |payment| {
                if payment.state == State::Captured {
                    // Under a key that it has not seen, the provider finds nothing but a good authorization.
                    payment.state = State::Authorized;
                }
                payment.capture()
            };
        },
        ..Design::ours()?
    })
}
