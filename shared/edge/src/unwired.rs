//! What does a function's binary say as long as it has no adapters for AWS?

use std::io::Write as _;
use std::process::ExitCode;

/// One line on standard error, and exit code 1: better than a function that is deployed and fails on its first event.
pub fn exit(function: &str) -> ExitCode {
    let line =
        format!("{function}: this binary has no AWS adapters yet; `cargo run` at the workspace root runs the shop\n");
    // When standard error is gone as well, the exit code still tells.
    std::io::stderr().write_all(line.as_bytes()).unwrap_or_default();
    ExitCode::FAILURE
}
