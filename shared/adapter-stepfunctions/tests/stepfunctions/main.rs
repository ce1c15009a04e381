//! Does adapter-stepfunctions keep its port's contract, against a local cloud and against recorded answers?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod cloud;
mod contracts;
mod recorded;
mod redrive_recorded;
mod standing_recorded;
mod start_recorded;
