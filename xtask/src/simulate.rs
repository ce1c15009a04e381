//! Builds the simulation of the sagas with the release profile, and runs it with the given arguments.

use crate::command::{Failed, run_cargo};
use crate::network::Network;

/// Passes `arguments` to the simulation, which reports unknown ones.
pub(crate) fn run(network: Network, arguments: &[String]) -> Result<(), Failed> {
    let mut all = vec!["run", "--release", "--locked", "-p", "simulation", "--"];
    all.extend(arguments.iter().map(String::as_str));
    run_cargo(network, &all, &[])
}
