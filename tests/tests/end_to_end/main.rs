//! End-to-end tests over HTTP: against the local host as a separate process, or against the functions on the local
//! cloud if `LOCAL_CLOUD_OUTPUTS` is set.
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
