//! What if a change were acknowledged before anything was done about it?

use state_machine::DefinitionFault;

use crate::design::{Acknowledges, Design};

/// Whatever fails then is not brought again.
pub fn before_the_write() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "acknowledged before the write",
        acknowledges: Acknowledges::BeforeItIsDone,
        ..Design::ours()?
    })
}
