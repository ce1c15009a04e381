//! What if a request were looked up first and written down then, or completed by whoever comes late?

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

/// An attempt that stood still for longer than its lease writes its order beside that of its successor.
pub fn completed_without_a_fence() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a lease without a fence",
        requests: Requests::Unfenced,
        ..Design::ours()?
    })
}
