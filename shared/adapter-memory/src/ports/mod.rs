//! Every port of the domain: an `impl` of [`crate::access::Ports`] each, in the file of its area.

mod files;
mod fulfilment;
mod orders;
mod products;
mod uploads;
