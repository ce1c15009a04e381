//! Is a scaled decode the same picture, and a damaged file none at all?
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

#[path = "scaled_jpeg/another_decoder.rs"]
mod another_decoder;
#[path = "scaled_jpeg/damage.rs"]
mod damage;
#[path = "scaled_jpeg/pictures.rs"]
mod pictures;
#[path = "scaled_jpeg/scales.rs"]
mod scales;
