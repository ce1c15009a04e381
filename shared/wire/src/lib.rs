//! The JSON that Popshop promises: HTTP bodies, saga state, and the events between its parts.
//!
//! Output types implement `Serialize` and are made from domain types. Input is parsed once, into domain types, with a
//! JSON pointer for every fault in a body. Nothing here depends on HTTP or AWS.

#![warn(missing_docs)]

pub mod body_fault;
pub mod execution_status;
pub mod import;
pub mod money;
pub mod new_order;
pub mod new_upload;
pub mod order;
pub mod order_events;
pub mod order_item;
pub mod parked;
pub mod payment_event;
pub mod product;
pub mod saga;
#[cfg(feature = "schema")]
pub mod schema;
pub mod step_fault;
pub mod time;
pub mod upload;
