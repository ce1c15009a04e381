//! The rules of the shop: value types, use cases and ports. No cloud, HTTP, JSON, clock or environment.
//!
//! One module per area: [`orders`], [`fulfilment`], [`catalog`], [`thumbnails`] and [`uploads`]. They do not import
//! each other; they share the value types in [`values`] and the ports in [`ports`].

#![warn(missing_docs)]

pub mod catalog;
pub mod fulfilment;
pub mod orders;
pub mod ports;
mod send_once;
pub mod stored_order;
pub mod stored_upload;
pub mod thumbnails;
pub mod uploads;
pub mod values;
