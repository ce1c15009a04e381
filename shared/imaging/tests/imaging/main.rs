//! The renderer keeps the port's promises, for every kind of picture that a shop is sent.
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
mod cases;
mod colours;
mod damage;
mod fixtures;
mod gif;
mod jpeg;
mod limits;
mod other_formats;
mod png;
mod png_chunks;
mod streams;
mod thumbnails;
