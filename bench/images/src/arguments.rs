//! The command line of the bench. `cargo xtask bench images` writes it.

use std::ffi::OsString;
use std::path::PathBuf;

use bench_kit::arguments::Setting;
use clap::{Args, Parser, ValueEnum};

const ROUNDS: usize = 9;

/// The implementation that makes a thumbnail in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InProcess {
    Ours,
    #[value(name = "image")]
    ImageCrate,
}

/// The arguments of a comparison.
#[derive(Debug, Args)]
pub(crate) struct Comparison {
    /// The program that makes our thumbnails
    #[arg(long)]
    pub ours: PathBuf,
    /// The script, in the folder that sharp is installed in
    #[arg(long)]
    pub sharp: Option<PathBuf>,
    /// Names the photos, too.
    #[command(flatten)]
    pub setting: Setting,
}

impl Comparison {
    pub(crate) fn rounds(&self) -> usize {
        self.setting.rounds.unwrap_or(ROUNDS)
    }
}

#[derive(Debug, Parser)]
#[command(about = "Measures thumbnails beside those of others")]
pub(crate) enum Command {
    /// Make the photos
    Make { folder: PathBuf, python: PathBuf },
    /// Measure everything and write the report
    Compare(Comparison),
    /// Run a program and print what it cost
    Measure {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        line: Vec<OsString>,
    },
    /// Make the same thumbnails several times in this process, and print what each turn cost
    Warm {
        who: InProcess,
        photo: PathBuf,
        #[arg(value_delimiter = ',')]
        sizes_px: Vec<u32>,
        turns: usize,
        extension: String,
    },
    /// Make one thumbnail as a user of `image` would
    ImageCrate {
        photo: PathBuf,
        target: PathBuf,
        size_px: u32,
    },
}
