//! What does the shop decide? Rules, use cases and ports; no cloud, no HTTP, no JSON, no clock, no environment.
//!
//! One module per area: [`orders`], [`fulfilment`], [`catalog`], [`thumbnails`] and [`uploads`]. They do not import
//! each other; what they share is the vocabulary in [`values`] and the outside world's signature in [`ports`].

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
