//! Compares the thumbnailer with its peers. `cargo xtask bench images` prepares the tools and runs this.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod arguments;
mod baseline;
mod colours;
mod measure;
mod peers;
mod quality;
mod report;
mod rounds;
mod synthetic;

use std::process::ExitCode;

use arguments::Command;
use bench_kit::cost;
use bench_kit::trouble::Trouble;

fn main() -> ExitCode {
    bench_kit::arguments::run("bench-images", run)
}

fn run(command: Command) -> Result<(), Trouble> {
    match command {
        Command::Make { folder, python } => synthetic::make(&folder, &python),
        Command::Compare(comparison) => report::compare(&comparison),
        Command::Measure { line } => cost::child(&line).map(|output| println!("{output}")),
        Command::Warm {
            who,
            photo,
            sizes_px,
            turns,
            extension,
        } => measure::warm(who, &photo, &sizes_px, turns, extension == "jpg"),
        Command::ImageCrate { photo, target, size_px } => baseline::write(&photo, &target, size_px),
    }
}
