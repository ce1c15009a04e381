//! The part of a bench's command line that all benches share. `cargo xtask bench` writes it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser};

use crate::trouble::{self, Trouble};

/// What a comparison needs whatever it compares.
#[derive(Debug, Args)]
pub struct Setting {
    /// With the packages of the bench's requirements installed
    #[arg(long)]
    pub python: Option<PathBuf>,
    /// Why a peer is not there, in its own words
    #[arg(long)]
    pub missing: Vec<String>,
    /// Interleaved runs of each; an odd number, so that a median is one of them
    #[arg(long)]
    pub rounds: Option<usize>,
    /// For files that are made on the way
    #[arg(long)]
    pub work: PathBuf,
    #[arg(long)]
    pub report: PathBuf,
    /// What is measured
    pub what: Vec<OsString>,
}

/// Reads the command line of the bench of this name and runs it. A fault in the arguments ends with 2.
pub fn run<Line: Parser>(bench: &str, run: impl FnOnce(Line) -> Result<(), Trouble>) -> ExitCode {
    trouble::exit(bench, run(Line::parse()))
}
