//! How does DynamoDB serve the domain's ports? A file per port, named as in `adapter-embedded`; a table per aggregate.

mod attributes;
pub mod catalog;
mod conditions;
mod contention;
pub mod gateway;
pub mod idempotency;
pub mod imports;
pub mod order_book;
mod order_item;
pub mod orders;
pub mod payments;
pub mod photo_uploads;
pub mod photos;
mod product_item;
mod range_item;
pub mod sends;
pub mod stock;
pub mod table;
mod throttling;
mod transactions;
mod unreadable;
mod upload_item;
pub mod uploads;
