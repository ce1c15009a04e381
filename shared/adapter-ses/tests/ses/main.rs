//! Does adapter-ses keep its port's contract, against a local cloud, recorded answers and connections that fail?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod connections;
mod contracts;
mod recorded;
mod samples;
