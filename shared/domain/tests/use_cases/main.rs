//! Tests the decisions of the use cases on the shop in memory (`adapter-memory`), which keeps the contracts of the
//! ports.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic in a test is a failed test"
)]

mod catalog;
mod fulfilment;
mod orders;
mod thumbnails;
mod uploads;
