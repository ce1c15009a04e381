//! What does a function cost, and what would it cost otherwise? `cargo xtask bench lambda` prepares and runs this.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod arguments;
mod count;
mod limits;
mod measure;
mod report;
mod rounds;
mod sink;
mod size;
mod subjects;

use std::process::ExitCode;

use arguments::Wanted;
use bench_kit::trouble::{self, Trouble};

fn main() -> ExitCode {
    trouble::exit(
        "bench-lambda",
        arguments::parse(std::env::args_os().skip(1)).and_then(run),
    )
}

fn run(wanted: Wanted) -> Result<(), Trouble> {
    match wanted {
        Wanted::Compare(comparison) => report::compare(&comparison),
        Wanted::Count {
            program,
            function,
            work,
        } => count::instructions(&program, &function, &work),
    }
}
