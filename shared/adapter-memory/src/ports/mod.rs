//! Every port of the domain: an `impl` of [`crate::access::Ports`] each, in the file of its area.

mod files;
mod imports;
mod links;
mod mail;
mod orders;
mod payments;
mod products;
mod requests;
mod sagas;
mod uploads;
