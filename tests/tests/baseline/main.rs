//! Tests that the present code reads the data, resumes the work and gives the answers recorded in `tests/baseline/`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::print_stderr,
    reason = "a panic in a test is a failed test"
)]

mod answers;
mod data_folder;
mod host;
mod recording;
mod sql;
