//! What does a function cost, and what would it cost otherwise? `cargo xtask bench lambda` prepares and runs this.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod arguments;
mod certificates;
mod count;
mod http;
mod limits;
mod measure;
mod process;
mod report;
mod rounds;
mod runtime_api;
mod sink;
mod size;
mod subjects;
mod trouble;

use std::process::ExitCode;

use arguments::Wanted;
use trouble::Trouble;

fn main() -> ExitCode {
    match arguments::parse(std::env::args_os().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("bench-lambda: {trouble}");
            ExitCode::FAILURE
        }
    }
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
