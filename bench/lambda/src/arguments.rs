//! The command line of the bench. `cargo xtask` writes it.

use std::path::PathBuf;

use bench_kit::arguments::Setting;
use clap::{Args, Parser};

const ROUNDS: usize = 15;

/// A comparison with all that it needs.
#[derive(Debug, Args)]
pub(crate) struct Comparison {
    /// The folder that our programs lie in
    #[arg(long)]
    pub programs: PathBuf,
    /// The folder that the Rust peers lie in
    #[arg(long)]
    pub rust_peers: PathBuf,
    /// The bundled handler
    #[arg(long)]
    pub node: Option<PathBuf>,
    /// Names the functions in the table of all functions, too.
    #[command(flatten)]
    pub setting: Setting,
}

impl Comparison {
    pub(crate) fn rounds(&self) -> usize {
        self.setting.rounds.unwrap_or(ROUNDS)
    }
}

#[derive(Debug, Parser)]
#[command(about = "Measures functions beside those of others")]
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
