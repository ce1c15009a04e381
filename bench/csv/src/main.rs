//! How does the catalog import compare? `cargo xtask bench csv` prepares the tools and runs this.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]
#![allow(
    clippy::cast_precision_loss,
    reason = "counts and seconds of runs that end within minutes"
)]

mod arguments;
mod baseline;
mod generated;
mod measure;
mod ours;
mod plot;
mod report;
mod sink;
mod trouble;

use std::process::ExitCode;

use arguments::Wanted;
use trouble::Trouble;

fn main() -> ExitCode {
    match arguments::parse(std::env::args_os().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("bench-csv: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run(wanted: Wanted) -> Result<(), Trouble> {
    match wanted {
        Wanted::Make { file, rows } => generated::make(&file, rows),
        Wanted::Compare(comparison) => report::compare(&comparison),
        Wanted::Measure { line } => measure::child(&line),
        Wanted::Import { file, rows_max } => ours::import(&file, rows_max),
        Wanted::Parse { how, file } => baseline::parse(how, &file),
    }
}
