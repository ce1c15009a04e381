//! Does the renderer keep the port's promises, for every kind of picture that a shop is sent?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers that make up a fixture are known to be small"
)]

// One binary for all: linking the codecs is what takes the time.
#[path = "imaging/colours.rs"]
mod colours;
#[path = "imaging/damage.rs"]
mod damage;
#[path = "imaging/fixtures.rs"]
mod fixtures;
#[path = "imaging/jpeg.rs"]
mod jpeg;
#[path = "imaging/limits.rs"]
mod limits;
#[path = "imaging/other_formats.rs"]
mod other_formats;
#[path = "imaging/png.rs"]
mod png;
#[path = "imaging/streams.rs"]
mod streams;
#[path = "imaging/thumbnails.rs"]
mod thumbnails;
