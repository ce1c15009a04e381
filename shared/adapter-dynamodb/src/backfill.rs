//! Gives the items of earlier releases the attributes of the sharded indexes.
//!
//! Earlier releases do not write `list_shard` and `open_shard`, and do not remove `open_shard` when they finish an
//! order. The backfill reads both tables and corrects these attributes, one conditional update per item. It may run at
//! any time, also twice at once, and starts again from the beginning if it was interrupted (`docs/upgrading.md`).

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use domain::ports::PortFailure;
use domain::values::OrderId;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use wire::order_item::ORDER_ID;

use crate::attributes::{Item, UnreadableItem, optional_named, optional_text, parsed, text};
use crate::conditions::found_instead;
use crate::shards::LISTED_PRODUCTS;
use crate::table::Table;
use crate::unreadable::readable_or_logged;
use crate::{order_item, product_item};

/// How many parts of the table are read at the same time.
const SEGMENTS: i32 = 8;
/// How many updates each part sends at the same time. The shop keeps serving: eight times eight updates that take some
/// milliseconds each are a fraction of what a table grants.
const UPDATES_IN_FLIGHT: usize = 8;

/// The result of a backfill.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backfilled {
    /// Items that needed a correction when they were read.
    pub found: u64,
    /// Items that were corrected. Another writer changed the others first, and wrote the attributes itself.
    pub corrected: u64,
}

/// Corrects the products of this table.
pub async fn products(table: &Table) -> Result<Backfilled, PortFailure> {
    const ACTION: &str = "backfill products";
    const UNSHARDED: &str = "attribute_exists(listing) AND attribute_not_exists(list_shard)";
    run(ACTION, table, UNSHARDED, |table, item| {
        let shard = LISTED_PRODUCTS.of(product_item::sku(item)?.as_str());
        let update = update(table, item)?
            .condition_expression(UNSHARDED)
            .update_expression("SET list_shard = :shard")
            .expression_attribute_values(":shard", text(shard));
        Ok(Some(update))
    })
    .await
}

/// Corrects the orders of this table.
pub async fn orders(table: &Table) -> Result<Backfilled, PortFailure> {
    const ACTION: &str = "backfill orders";
    const MAY_BE_OPEN: &str = "attribute_exists(#open) OR attribute_exists(open_shard)";
    run(ACTION, table, MAY_BE_OPEN, |table, item| {
        let open = optional_named(item, "open", |text| {
            let values = [order_item::OPEN, order_item::PARKED];
            values.into_iter().find(|value| *value == text)
        })?;
        let expected = match open {
            Some(open) => Some(order_item::open_shard(open, &parsed(item, ORDER_ID, OrderId::parse)?)),
            None => None,
        };
        if item.get(order_item::OPEN_SHARD) == expected.as_ref() {
            return Ok(None);
        }
        // Only as long as nothing else has changed the order since it was read.
        let update = update(table, item)?.expression_attribute_names("#open", "open");
        Ok(Some(match (open, expected) {
            (Some(open), Some(shard)) => update
                .condition_expression("#open = :open")
                .update_expression("SET open_shard = :shard")
                .expression_attribute_values(":open", text(open))
                .expression_attribute_values(":shard", shard),
            _ => update
                .condition_expression("attribute_not_exists(#open)")
                .update_expression("REMOVE open_shard"),
        }))
    })
    .await
}

/// The correction of an item. `None` where it needs none.
type Correction = Result<Option<UpdateItemFluentBuilder>, UnreadableItem>;

async fn run(
    action: &'static str,
    table: &Table,
    filter: &'static str,
    correction: impl Fn(&Table, &Item) -> Correction + Copy,
) -> Result<Backfilled, PortFailure> {
    let segments = (0..SEGMENTS).map(|segment| part(action, table, filter, segment, correction));
    let parts: Vec<Backfilled> = futures_util::future::try_join_all(segments).await?;
    Ok(parts.into_iter().fold(Backfilled::default(), |sum, part| Backfilled {
        found: sum.found + part.found,
        corrected: sum.corrected + part.corrected,
    }))
}

async fn part(
    action: &'static str,
    table: &Table,
    filter: &'static str,
    segment: i32,
    correction: impl Fn(&Table, &Item) -> Correction,
) -> Result<Backfilled, PortFailure> {
    let mut sum = Backfilled::default();
    let mut start_key = None;
    loop {
        let mut scan = table
            .client
            .scan()
            .table_name(&table.name)
            .segment(segment)
            .total_segments(SEGMENTS)
            .filter_expression(filter)
            .set_exclusive_start_key(start_key);
        if filter.contains("#open") {
            scan = scan.expression_attribute_names("#open", "open");
        }
        let page = scan.send().await.map_err(|error| aws_errors::failure(action, error))?;
        let items = page.items.unwrap_or_default();
        let updates = readable_or_logged(action, &items, |item| correction(table, item));
        let updates: Vec<UpdateItemFluentBuilder> = updates.into_iter().flatten().collect();
        sum.found += u64::try_from(updates.len()).unwrap_or(u64::MAX);
        let corrected: Vec<bool> = stream::iter(updates)
            .map(|update| correct(action, update))
            .buffer_unordered(UPDATES_IN_FLIGHT)
            .try_collect()
            .await?;
        let corrected = corrected.into_iter().filter(|corrected| *corrected).count();
        sum.corrected += u64::try_from(corrected).unwrap_or(u64::MAX);
        start_key = page.last_evaluated_key;
        if start_key.is_none() {
            return Ok(sum);
        }
    }
}

/// Whether the update took place, and no other writer was first.
async fn correct(action: &'static str, update: UpdateItemFluentBuilder) -> Result<bool, PortFailure> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) => found_instead(action, error).map(|_| false),
    }
}

fn update(table: &Table, item: &Item) -> Result<UpdateItemFluentBuilder, UnreadableItem> {
    let key = optional_text(item, "pk").ok_or(UnreadableItem::at("pk"))?;
    let update = table.client.update_item().table_name(&table.name);
    Ok(update.key("pk", text(key)))
}
