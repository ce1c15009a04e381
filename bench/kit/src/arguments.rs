//! The command line arguments that all benchmarks share. `cargo xtask bench` passes them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser};

use crate::trouble::{self, Trouble};

/// The arguments of every comparison.
#[derive(Debug, Args)]
pub struct Setting {
    /// The Python interpreter in which the benchmark's requirements are installed
    #[arg(long)]
    pub python: Option<PathBuf>,
    /// A peer that is not measured, with the reason; may be repeated
    #[arg(long)]
    pub missing: Vec<String>,
    /// Interleaved runs of each candidate; an odd number, so that the median is one of them
    #[arg(long)]
    pub rounds: Option<usize>,
    /// The folder for temporary files
    #[arg(long)]
    pub work: PathBuf,
    /// The file of the report
    #[arg(long)]
    pub report: PathBuf,
    /// The candidates or files to measure
    pub what: Vec<OsString>,
}

/// Parses the command line and runs the benchmark of this name. Exits with code 2 if the arguments are invalid.
pub fn run<Line: Parser>(bench: &str, run: impl FnOnce(Line) -> Result<(), Trouble>) -> ExitCode {
    trouble::exit(bench, run(Line::parse()))
}
