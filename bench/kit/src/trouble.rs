//! What stops a bench? A text that says what was being done.

use std::fmt;
use std::process::ExitCode;

/// One line for the person at the terminal.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    pub fn new(doing: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self(format!("{doing}: {reason}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How the bench of this name ends.
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
