//! Is the simulation true, and does it see? Its ports keep their contracts, its runs repeat themselves, the broken shops
//! are caught, and ours is not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod broken;
mod contracts;
mod found;
mod page;
mod shop;
