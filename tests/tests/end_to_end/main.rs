//! Does the shop do what it promises? Asked over HTTP, of the real process, on real input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod catalogs;
mod contention;
mod contract;
mod crash;
mod logs;
mod orders;
mod photos;
