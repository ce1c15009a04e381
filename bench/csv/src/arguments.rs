//! The command line of the bench. `cargo xtask bench csv` writes it.

use std::ffi::OsString;
use std::path::PathBuf;

use bench_kit::arguments::Setting;
use clap::{Args, Parser};

use crate::baseline::How;

const ROUNDS: usize = 5;

/// A comparison with all that it needs.
#[derive(Debug, Args)]
pub(crate) struct Comparison {
    /// csv-ingester, as it is deployed
    #[arg(long)]
    pub ingester: PathBuf,
    /// The SDK as its guide shows it
    #[arg(long)]
    pub plain_sdk: Option<PathBuf>,
    /// The folder of Python's scripts
    #[arg(long)]
    pub scripts: PathBuf,
    /// The script, in the folder that its modules are installed in
    #[arg(long)]
    pub javascript: Option<PathBuf>,
    /// Also read a file of 4 GB
    #[arg(long = "large")]
    pub with_large_file: bool,
    /// The report's plots lie beside it.
    #[command(flatten)]
    pub setting: Setting,
}

impl Comparison {
    pub(crate) fn rounds(&self) -> usize {
        self.setting.rounds.unwrap_or(ROUNDS)
    }
}

#[derive(Debug, Parser)]
#[command(about = "Measures catalog imports beside those of others")]
pub(crate) enum Command {
    /// Write a catalog of so many rows
    Make { file: PathBuf, rows: u64 },
    /// Measure everything and write the report
    Compare(Box<Comparison>),
    /// Run a program and print what it cost
    Measure {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        line: Vec<OsString>,
    },
    /// Read a catalog in this process
    Parse { how: How, file: PathBuf },
}
