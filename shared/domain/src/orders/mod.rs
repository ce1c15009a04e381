//! What customers do with orders: place, read, list and cancel them, and read their histories.

pub mod cancel;
pub mod get;
pub mod get_history;
pub mod history;
pub mod list;
pub mod order;
pub mod place;
pub mod ports;
pub mod pricing;
