//! SQLite and a folder behind every port: for the local host and, in memory, for tests.
//!
//! One file holds everything that has to change together, so that an order and its outbox, an object and its event, and
//! whatever the host queues next to them commit in one transaction. File names mirror the domain's areas and roles.

#![warn(missing_docs)]

mod changes;
mod columns;
mod database;
mod eml;
mod gateway_books;
#[cfg(test)]
mod growth;
mod import_rows;
mod integrity;
mod object_files;
mod object_rows;
mod order_rows;
mod schema;
mod unreadable;
mod upload_rows;
mod worker;

pub mod buckets;
pub mod catalog;
pub mod directory;
pub mod executions;
pub mod expiry;
pub mod files;
pub mod gateway;
pub mod idempotency;
pub mod imports;
pub mod inspection;
pub mod links;
pub mod mail;
pub mod object_stream;
pub mod object_writer;
pub mod order_book;
pub mod order_stream;
pub mod orders;
pub mod payment_results;
pub mod payments;
pub mod private_files;
pub mod sagas;
pub mod secrets;
pub mod sends;
pub mod stock;
pub mod thumbnails;
pub mod uploads;

pub use database::{Closing, Database, DatabaseFault};
