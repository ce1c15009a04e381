//! What if a request were looked up first and written down then?

use state_machine::DefinitionFault;

use crate::design::{Design, Requests};

/// Two requests under one key can both find nothing: two orders, and two answers.
pub fn looked_up_and_then_written() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "get, then put, of the idempotency key",
        requests: Requests::GetThenPut,
        ..Design::ours()?
    })
}
