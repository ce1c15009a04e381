//! How are the sagas tried under every fault? The simulation, built to be fast and run with what was said.

use crate::command::{Failed, run_cargo};
use crate::network::Network;

/// `arguments` are the simulation's own; it explains those that it does not know.
pub(crate) fn run(network: Network, arguments: &[String]) -> Result<(), Failed> {
    let mut all = vec!["run", "--release", "--locked", "-p", "simulation", "--"];
    all.extend(arguments.iter().map(String::as_str));
    run_cargo(network, &all, &[])
}
