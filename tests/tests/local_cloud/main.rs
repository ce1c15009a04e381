//! Tests the deployed functions on the local cloud, with their own roles, with repeated, late, reordered and broken
//! events.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod catalogs;
mod orders;
mod photos;
mod place;
