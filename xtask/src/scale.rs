//! Counts what each operation takes of DynamoDB, and writes the page about it.

use crate::command::{Failed, run_cargo};
use crate::network::Network;

/// Runs the crate `scale`, which is built with the AWS SDK and needs no cloud.
pub(crate) fn run(network: Network) -> Result<(), Failed> {
    run_cargo(network, &["run", "--locked", "-p", "scale"], &[])
}
