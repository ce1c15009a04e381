//! The one table of the shop's functions: which handler runs under which name, over which ports.
//!
//! The local host, the function tests and the simulation run functions through this table, each with [`Ports`] of its
//! own. Only the binaries for Lambda are wired by hand (`functions/*/src/main.rs`), because their size and cold start
//! depend on what they link.

#![warn(missing_docs)]

mod handler;
mod imports;
mod orders;
mod photos;
mod ports;
mod products;
mod sagas;
mod settings;
mod uploads;
mod watched;

pub use handler::{Function, Handler};
pub use ports::Ports;
pub use saga_reconcile::SagaArns;
pub use settings::{Settings, Shop};
pub use watched::{EndedCall, PortWatcher};

/// Every function of the shop.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    let areas = [
        orders::FUNCTIONS,
        products::FUNCTIONS,
        uploads::FUNCTIONS,
        photos::FUNCTIONS,
        imports::FUNCTIONS,
        sagas::FUNCTIONS,
    ];
    areas.into_iter().flatten()
}

/// The function of this name.
pub fn function(name: &str) -> Option<&'static Function> {
    functions().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_listed_once_and_no_other_name_has_a_handler() {
        let names: BTreeSet<&str> = functions().map(|function| function.name).collect();
        assert_eq!(names.len(), functions().count());
        assert!(names.iter().all(|name| function(name).is_some()));
        for unknown in ["", "saga-reserve-shipping", "orders", "Orders-Place"] {
            assert!(function(unknown).is_none(), "{unknown}");
        }
    }
}
