//! Tests that a scaled decode gives the same picture, and a damaged file an error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the numbers that make up a picture are known to be small"
)]

mod another_decoder;
mod damage;
mod pictures;
mod scales;
mod whole;
