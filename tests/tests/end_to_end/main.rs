//! Does the shop do what it promises? Asked over HTTP, on real input, of whatever stands behind the address: the local
//! host in a process of its own or, with `LOCAL_CLOUD_OUTPUTS`, the deployed functions on the local cloud.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod catalogs;
mod contention;
mod contract;
mod orders;
mod photos;
