//! The error of a benchmark: one line with the failed action and its reason.

use std::fmt;
use std::process::ExitCode;

/// One line for the terminal.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    /// The action that failed, and why.
    pub fn new(doing: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self(format!("{doing}: {reason}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Prints the error of the benchmark of this name, and returns its exit code.
#[expect(clippy::print_stderr, reason = "a command line tool talks to its terminal")]
pub fn exit(bench: &str, outcome: Result<(), Trouble>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{bench}: {trouble}");
            ExitCode::FAILURE
        }
    }
}
