//! The command line of this benchmark. `cargo xtask bench lambda` passes it.

use std::path::PathBuf;

use bench_kit::arguments::Setting;
use clap::{Args, Parser};

const ROUNDS: usize = 15;

/// The arguments of the comparison.
#[derive(Debug, Args)]
pub(crate) struct Comparison {
    /// The folder of the functions' programs
    #[arg(long)]
    pub programs: PathBuf,
    /// The folder of the Rust peers' programs
    #[arg(long)]
    pub rust_peers: PathBuf,
    /// The bundled Node handler
    #[arg(long)]
    pub node: Option<PathBuf>,
    /// The options that all benchmarks share.
    #[command(flatten)]
    pub setting: Setting,
}

impl Comparison {
    pub(crate) fn rounds(&self) -> usize {
        self.setting.rounds.unwrap_or(ROUNDS)
    }
}

#[derive(Debug, Parser)]
#[command(about = "Measures functions beside other implementations")]
pub(crate) enum Command {
    /// Measure everything and write the report
    Compare(Comparison),
    /// Count the instructions of one function
    Count {
        program: PathBuf,
        function: String,
        work: PathBuf,
    },
}
