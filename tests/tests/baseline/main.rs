//! Does the present code read, carry on and answer what the baseline left in `tests/baseline/`?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod answers;
mod data_folder;
mod host;
mod recording;
mod sql;
