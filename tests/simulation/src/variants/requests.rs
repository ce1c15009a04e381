//! What if a request were looked up first and written down then, or completed by whoever comes late?

use adapter_memory::tables::Tables;
use adapter_memory::tables::orders::Completed;
use state_machine::DefinitionFault;

use crate::design::{Design, Requests};

/// Two requests under one key can both find nothing: two orders, and two answers.
pub fn looked_up_and_then_written() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "get, then put, of the idempotency key",
        requests: Requests::GetThenPut,
        break_tables: take_away_the_fence,
        ..Design::ours()?
    })
}

/// An attempt that stood still for longer than its lease writes its order beside that of its successor.
pub fn completed_without_a_fence() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a lease without a fence",
        break_tables: take_away_the_fence,
        ..Design::ours()?
    })
}

/// Whoever comes completes the record.
fn take_away_the_fence(tables: &mut Tables) {
    tables.requests.complete = |requests, completion, order| {
        if let Some(record) = requests.records.get_mut(&completion.scope) {
            record.completed = Some((order.clone(), completion.reply.clone()));
        }
        Completed::Now
    };
}
