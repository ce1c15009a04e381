//! Tests adapter-ses against a local cloud, recorded answers, and failing connections.
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
