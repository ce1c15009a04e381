//! A model of DynamoDB that counts units per partition key, under the shop's real adapters.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything here is test code: a panic is a failed test"
)]

pub mod connection;
pub mod cost;
pub mod keys;
pub mod limits;
pub mod model;
pub mod operations;
pub mod page;
pub mod quotas;
pub mod table;
pub mod units;
pub mod usage;
