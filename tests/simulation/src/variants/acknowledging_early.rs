//! A broken shop: changes of the stream are acknowledged before they are handled.

use state_machine::DefinitionFault;

use crate::design::{Acknowledges, Design};

/// A change whose handling fails is not delivered again.
pub fn before_the_write() -> Result<Design, DefinitionFault> {
    Ok(Design {
        name: "acknowledged before the write",
        acknowledges: Acknowledges::BeforeItIsDone,
        ..Design::ours()?
    })
}
