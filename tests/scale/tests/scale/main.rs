//! Does the model count as AWS does, is docs/scale.md current, and do the keys stay as cool as they are?
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod counter;
mod lists;
mod page;
mod stall;
