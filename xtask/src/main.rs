//! Which commands does the repository have? `cargo xtask test` is what CI runs and what contributors run.
#![expect(clippy::print_stderr, reason = "a command line tool talks to the terminal")]

mod check;
mod command;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test [--offline]

  test             format, lints, dependency rules, documentation links and every test, in the order in which they fail fastest
    --offline      without what needs the package registries; says what it skipped";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => check::everything(check::Network::Allowed),
        ["test", "--offline"] => check::everything(check::Network::Offline),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
