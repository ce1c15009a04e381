//! Tests all handlers with the events of `events/`, over the embedded adapters in memory, without host, network or
//! clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod baseline;
mod books;
mod correlation;
mod imports;
mod pipelines;
mod saga_faults;
mod saga_files;
mod saga_replay;
mod saga_world;
mod sagas;
mod shop;
