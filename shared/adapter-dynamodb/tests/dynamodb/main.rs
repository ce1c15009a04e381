//! Tests that adapter-dynamodb keeps every port's contract, against a local cloud and against recorded answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

mod claims_recorded;
mod cloud;
mod imports_recorded;
mod order_book_recorded;
mod order_stream;
mod orders_contracts;
mod orders_recorded;
mod payments_recorded;
mod products_contracts;
mod products_recorded;
mod ranges_recorded;
mod recorded;
mod samples;
mod stock_recorded;
mod upload_items;
mod uploads_contracts;
mod uploads_recorded;
