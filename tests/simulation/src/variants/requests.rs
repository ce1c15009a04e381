//! Broken shops: idempotency keys are read and then written, or completed without a fence.

use adapter_memory::tables::Tables;
use adapter_memory::tables::orders::Completed;
use state_machine::DefinitionFault;

use crate::design::{Design, Requests};

/// Two requests with one key can both find no record, which gives two orders and two answers.
pub fn looked_up_and_then_written() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "get, then put, of the idempotency key",
        requests: Requests::GetThenPut,
        break_tables: remove_fence,
        ..Design::ours()?
    })
}

/// An attempt that froze for longer than its lease writes a second order beside that of its successor.
pub fn completed_without_a_fence() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "a lease without a fence",
        break_tables: remove_fence,
        ..Design::ours()?
    })
}

/// Every attempt may complete the record.
fn remove_fence(tables: &mut Tables) {
    tables.requests.complete = |requests, completion, order| {
        if let Some(record) = requests.records.get_mut(&completion.scope) {
            record.completed = Some((order.clone(), completion.reply.clone()));
        }
        Completed::Now
    };
}
