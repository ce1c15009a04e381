//! The use cases of customers' orders: place, read, list and cancel.

pub mod cancel;
pub mod get;
pub mod list;
pub mod order;
pub mod place;
pub mod ports;
pub mod pricing;
