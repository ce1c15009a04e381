//! Tests adapter-s3 against a local cloud and against recorded answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod cloud;
mod contracts;
mod cut_connection;
mod links;
mod parts_recorded;
mod presigned;
mod reading_recorded;
mod recorded;
mod writing_recorded;
