//! Tests that the model counts as AWS does, that docs/scale.md is current, and that no partition key gets more traffic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod counter;
mod lists;
mod page;
mod stall;
