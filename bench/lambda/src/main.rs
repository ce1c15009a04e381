//! Measures CPU time, memory and size of functions and of their peers. `cargo xtask bench lambda` prepares and runs it.
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

use arguments::Command;
use bench_kit::trouble::Trouble;

fn main() -> ExitCode {
    bench_kit::arguments::run("bench-lambda", run)
}

fn run(command: Command) -> Result<(), Trouble> {
    match command {
        Command::Compare(comparison) => report::compare(&comparison),
        Command::Count {
            program,
            function,
            work,
        } => count::instructions(&program, &function, &work),
    }
}
