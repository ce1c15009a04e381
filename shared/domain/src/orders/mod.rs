//! What can a customer do with orders? Place, see, list and cancel them.

pub mod cancel;
pub mod get;
pub mod list;
pub mod order;
pub mod place;
pub mod ports;
pub mod pricing;
