//! Do the real binaries come up on Lambda, and what do they answer to events that nobody wishes for?
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
