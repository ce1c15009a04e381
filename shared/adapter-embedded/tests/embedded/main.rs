//! Tests that adapter-embedded keeps every port's contract, in files and in memory, and the guarantees that the local
//! host needs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod buckets;
mod contracts;
mod gateway;
mod links;
mod outbox;
mod restart;
mod shop;
mod stream;
