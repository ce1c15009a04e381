//! Tests adapter-cognito against a local cloud and against recorded answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod contracts;
mod recorded;
