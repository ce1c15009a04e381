//! Tests adapter-stepfunctions against a local cloud and against recorded answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod callbacks_recorded;
mod cloud;
mod contracts;
mod imports_recorded;
mod recorded;
mod redrive_recorded;
mod standing_recorded;
mod start_recorded;
