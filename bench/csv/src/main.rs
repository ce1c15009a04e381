//! Compares the catalog import with its peers. `cargo xtask bench csv` prepares the tools and runs this.
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

use arguments::Command;
use bench_kit::cost;
use bench_kit::trouble::Trouble;

fn main() -> ExitCode {
    bench_kit::arguments::run("bench-csv", run)
}

fn run(command: Command) -> Result<(), Trouble> {
    match command {
        Command::Make { file, rows } => generated::make(&file, rows),
        Command::Compare(comparison) => report::compare(&comparison),
        Command::Measure { line } => cost::child(&line).map(|output| println!("{output}")),
        Command::Parse { how, file } => baseline::parse(how, &file),
    }
}
