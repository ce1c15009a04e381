//! Tests of the local host as a process: it survives `kill -9`, and it writes one log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod crash;
mod imports;
mod logs;
mod overload;
#[cfg(unix)]
mod terminal;
mod walk;
