//! How does the thumbnailer compare? `cargo xtask bench images` prepares the tools and runs this.
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

use arguments::Wanted;
use bench_kit::cost;
use bench_kit::trouble::{self, Trouble};

fn main() -> ExitCode {
    trouble::exit(
        "bench-images",
        arguments::parse(std::env::args_os().skip(1)).and_then(run),
    )
}

fn run(wanted: Wanted) -> Result<(), Trouble> {
    match wanted {
        Wanted::Make { folder, python } => synthetic::make(&folder, &python),
        Wanted::Compare(comparison) => report::compare(&comparison),
        Wanted::Measure { line } => cost::child(&line).map(|said| println!("{said}")),
        Wanted::Warm {
            who,
            photo,
            sizes_px,
            turns,
            is_opaque,
        } => measure::warm(who, &photo, &sizes_px, turns, is_opaque),
        Wanted::ImageCrate { photo, target, size_px } => baseline::write(&photo, &target, size_px),
    }
}
