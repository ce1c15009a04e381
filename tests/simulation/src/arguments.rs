//! The command line of the simulation, as `cargo xtask simulate` passes it on.

use clap::{Parser, ValueEnum};

/// The sagas in simulated time, under every fault
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// How many faults are combined in every way
    #[arg(long, value_enum, default_value_t = Faults::Pairs, value_name = "HOW_MANY")]
    pub faults: Faults,
    /// How many histories are drawn
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    pub seeds: u64,
    /// Print the history of this seed, and do nothing else
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Write to docs/saga.md where every single fault leads, and do nothing else
    #[arg(long)]
    pub write_docs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Faults {
    None,
    Single,
    Pairs,
}
