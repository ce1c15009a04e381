//! Tests the simulation: its ports fulfil their contracts, its runs are deterministic, the real shop violates no rule,
//! and every broken shop is detected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod broken;
mod contracts;
mod exported;
mod found;
mod page;
mod shop;
