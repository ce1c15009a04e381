//! What does the local host do that only one process with a folder can? It survives `kill -9`, and it logs to one place.
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
