//! The contract of every port, as test bodies over the port's trait.
//!
//! A body takes the port, and where it has to prepare or to look behind it, other ports or a probe of [`probes`]. It
//! assumes nothing of what the store holds already: every run makes ids of its own. An adapter's tests call each body
//! once per way of running (a file, memory, a table); a broken rule panics.

#![warn(missing_docs)]
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these are bodies of tests: a panic is a failed test, and the only way to tell of one"
)]

mod import_ranges;

pub mod catalog;
pub mod files;
pub mod gateway;
pub mod idempotency;
pub mod import_ports;
pub mod import_runs;
pub mod imports;
pub mod links;
pub mod mail;
pub mod order_book;
pub mod orders;
pub mod parked_orders;
pub mod payment_results;
pub mod payments;
pub mod photos;
pub mod probes;
pub mod sagas;
pub mod samples;
pub mod stock;
pub mod uploads;
pub mod world;
