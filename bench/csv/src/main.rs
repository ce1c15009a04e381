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
mod cloud;
mod generated;
mod ingester;
mod ours;
mod parsing;
mod peers;
mod plot;
mod rates;
mod report;
mod sink;
mod throttled;
mod writing;

use std::process::ExitCode;

use arguments::Wanted;
use bench_kit::cost;
use bench_kit::trouble::{self, Trouble};

fn main() -> ExitCode {
    trouble::exit("bench-csv", arguments::parse(std::env::args_os().skip(1)).and_then(run))
}

fn run(wanted: Wanted) -> Result<(), Trouble> {
    match wanted {
        Wanted::Make { file, rows } => generated::make(&file, rows),
        Wanted::Compare(comparison) => report::compare(&comparison),
        Wanted::Measure { line } => cost::child(&line).map(|said| println!("{said}")),
        Wanted::Parse { how, file } => baseline::parse(how, &file),
    }
}
