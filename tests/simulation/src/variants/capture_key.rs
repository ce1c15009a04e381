//! A broken shop: every attempt to capture a payment has a new idempotency key.

use sandbox_gateway::payment::State;
use state_machine::DefinitionFault;

use crate::design::Design;

/// The key is random for each attempt, so a retry captures the money again.
pub fn drawn_anew() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a random capture key",
        break_tables: |tables| {
            tables.gateway.capture = |payment| {
                if payment.state == State::Captured {
                    // For the provider a new key is a new capture of a valid authorization.
                    payment.state = State::Authorized;
                }
                payment.capture()
            };
        },
        ..Design::ours()?
    })
}
