//! The use cases of customers' orders: place, read, list, cancel, and read the history.

pub mod cancel;
pub mod get;
pub mod get_history;
pub mod history;
pub mod list;
pub mod order;
pub mod place;
pub mod ports;
pub mod pricing;
