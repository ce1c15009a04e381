//! What do the deployed functions do with deliveries that come twice, late, out of order or broken? Asked of the real
//! binaries, under their own roles, on the local cloud.
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
