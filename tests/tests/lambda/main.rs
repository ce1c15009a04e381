//! Tests the real binaries of the functions under a Runtime API: start, malformed events, logs and traces.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod deliveries;
mod sizes;
mod start;
mod story;
mod traces;
mod variables;
