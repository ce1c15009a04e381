//! Shops with a deliberate defect, which the simulation must detect.

pub mod acknowledging_early;
pub mod capture_key;
pub mod compensation;
pub mod published;
pub mod requests;
pub mod stock;
pub mod tombstones;

use state_machine::DefinitionFault;

use crate::design::Design;
use crate::history::History;
use crate::random;

/// The number of seeds within which each defect must be found.
pub const CAUGHT_WITHIN: u64 = 1_000;

/// A shop with a defect.
pub struct Variant {
    pub design: fn() -> Result<Design, DefinitionFault>,
    /// A published design has no cancel and no provider that answers later, so its histories contain neither.
    pub is_published: bool,
}

/// All variants.
pub static ALL: [Variant; 10] = [
    ours_but(tombstones::without_one_at_the_gateway),
    ours_but(tombstones::without_one_in_the_stock),
    ours_but(capture_key::drawn_anew),
    ours_but(stock::updated_without_a_condition),
    ours_but(compensation::swallowed),
    ours_but(requests::looked_up_and_then_written),
    ours_but(requests::completed_without_a_fence),
    ours_but(acknowledging_early::before_the_write),
    of_others(published::airline_booking),
    of_others(published::long_lived_transaction),
];

const fn ours_but(design: fn() -> Result<Design, DefinitionFault>) -> Variant {
    Variant {
        design,
        is_published: false,
    }
}

const fn of_others(design: fn() -> Result<Design, DefinitionFault>) -> Variant {
    Variant {
        design,
        is_published: true,
    }
}

/// The variant whose design has this name, and the design.
pub fn named(name: &str) -> Result<(&'static Variant, Design), String> {
    let mut names = Vec::new();
    for variant in &ALL {
        let design = (variant.design)().map_err(|fault| fault.to_string())?;
        if design.name == name {
            return Ok((variant, design));
        }
        names.push(design.name);
    }
    Err(format!("there is no variant {name:?}; there are: {}", names.join("; ")))
}

impl Variant {
    /// The history of this seed, without the actions that this shop does not support.
    pub fn history(&self, seed: u64) -> History {
        let mut history = random::history(seed);
        if self.is_published {
            history.actions.retain(|action| !action.deed.is_cancel());
            history.actions.iter_mut().for_each(|action| action.deed.pay_at_once());
        }
        history
    }
}
