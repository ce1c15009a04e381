//! The domain's ports over DynamoDB: a file per port, named as in `adapter-embedded`, and a table per aggregate.

#![warn(missing_docs)]

mod attributes;
pub mod backfill;
mod batch;
pub mod catalog;
mod conditions;
mod contention;
pub mod gateway;
pub mod idempotency;
pub mod imports;
mod open_orders;
pub mod order_book;
mod order_item;
pub mod orders;
pub mod payment_results;
pub mod payments;
pub mod photo_uploads;
pub mod photos;
mod product_item;
mod product_list;
mod range_item;
pub mod sends;
mod shard_queries;
pub mod sharded_index;
pub mod shards;
pub mod stock;
pub mod table;
mod throttling;
mod transactions;
mod unreadable;
mod upload_item;
pub mod uploads;
