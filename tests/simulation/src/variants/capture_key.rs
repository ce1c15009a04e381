//! What if every attempt to capture were a new one to the provider?

use std::sync::Arc;

use adapter_memory::payments::Gateway;
use domain::fulfilment::ports::Capture;
use domain::values::OrderId;
use sandbox_gateway::payment::{Payment, State};
use state_machine::DefinitionFault;

use super::ports::BrokenGateway;
use crate::design::Design;

/// The key is drawn at random for each attempt, so that a repetition takes the money once more.
pub fn drawn_anew() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a random capture key",
        replace_ports: |ports, shop| {
            ports.gateway = Arc::new(BrokenGateway {
                capture,
                ..BrokenGateway::of(shop)
            });
        },
        ..Design::ours()?
    })
}

fn capture(gateway: &mut Gateway, payment: &OrderId) -> Capture {
    gateway.decide(payment, |payment| {
        if payment.state == State::Captured {
            // Under a key that it has not seen, the provider finds nothing but a good authorization.
            payment.state = State::Authorized;
        }
        Payment::capture(payment)
    })
}
