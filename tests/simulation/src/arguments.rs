//! The command line of the simulation. `cargo xtask simulate` passes it on.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Simulate the sagas with every fault
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// The number of faults to combine in every way
    #[arg(long, value_enum, default_value_t = Faults::Pairs, value_name = "HOW_MANY")]
    pub faults: Faults,
    /// The number of random histories
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    pub seeds: u64,
    /// Only print the history of this seed
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Write the history of the seed to this file, for the console
    #[arg(long, value_name = "FILE", requires = "seed")]
    pub export: Option<PathBuf>,
    /// Take the history of the seed from the shop with this defect, like "a swallowed compensation"
    #[arg(long, value_name = "NAME", requires = "seed")]
    pub variant: Option<String>,
    /// Only write the table of outcomes per fault to docs/saga.md
    #[arg(long)]
    pub write_docs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Faults {
    None,
    Single,
    Pairs,
}
