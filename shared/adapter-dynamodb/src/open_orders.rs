//! Finds the orders that wait for a saga or an operator.

use domain::ports::PortFailure;
use domain::values::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::attributes::{Item, UnreadableItem, number, optional_number, optional_text, text};
use crate::shard_queries::{Range, next_entries, unread};
use crate::shards::Shards;
use crate::table::Table;
use crate::unreadable::readable;
use crate::{order_item, orders};

/// How often shards are asked again because their entries did not match their items. Entries of an earlier release stay
/// behind until the backfill has removed them.
const ROUNDS_MAX: usize = 10;
/// How many orders are read at the same time.
const READS_IN_FLIGHT: usize = 16;

/// The orders whose attribute `open` has this value and that were last changed before `before`, longest ago first. At
/// most `limit` of those that `read` accepts; one that cannot be read is skipped.
pub(crate) async fn changed_before<T>(
    action: &'static str,
    table: &Table,
    open: &'static str,
    before: Timestamp,
    limit: usize,
    read: impl Fn(&Item) -> Result<Option<T>, UnreadableItem>,
) -> Result<Vec<T>, PortFailure> {
    if table.sharded_indexes.are_read() {
        from_shards(action, table, open, before, limit, read).await
    } else {
        from_one_key(action, table, open, before, limit, read).await
    }
}

async fn from_one_key<T>(
    action: &'static str,
    table: &Table,
    open: &'static str,
    before: Timestamp,
    limit: usize,
    read: impl Fn(&Item) -> Result<Option<T>, UnreadableItem>,
) -> Result<Vec<T>, PortFailure> {
    let mut found = Vec::new();
    let mut start_key = None;
    while found.len() < limit {
        let page = table
            .client
            .query()
            .table_name(&table.name)
            .index_name(order_item::OPEN_ORDERS)
            .key_condition_expression("#open = :open AND updated_at < :before")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":open", text(open))
            .expression_attribute_values(":before", number(before.unix_ms()))
            .limit(i32::try_from(limit - found.len()).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start_key)
            .send()
            .await
            .map_err(|error| aws_errors::failure(action, error))?;
        let items = page.items.unwrap_or_default();
        found.extend(items.iter().filter_map(|item| readable(action, item, &read).flatten()));
        start_key = page.last_evaluated_key;
        if start_key.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Reads the keys from the shards, and the orders behind them from the table.
async fn from_shards<T>(
    action: &'static str,
    table: &Table,
    open: &'static str,
    before: Timestamp,
    limit: usize,
    read: impl Fn(&Item) -> Result<Option<T>, UnreadableItem>,
) -> Result<Vec<T>, PortFailure> {
    let range = Range {
        index: order_item::OPEN_BY_SHARD,
        partition: order_item::OPEN_SHARD,
        condition: Some(("updated_at < :bound", number(before.unix_ms()))),
        limit,
        table,
    };
    let mut shards = unread(Shards::of_open_orders(open));
    let mut found = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let (mut entries, unfinished) = next_entries(action, &range, shards).await?;
        entries.sort_by_cached_key(changed_at);
        let mut items = stream::iter(entries)
            .map(|entry| current_item(action, table, open, entry))
            .buffered(READS_IN_FLIGHT);
        while let Some(item) = items.try_next().await? {
            found.extend(item.and_then(|item| readable(action, &item, &read).flatten()));
            if found.len() == limit {
                return Ok(found);
            }
        }
        drop(items);
        if unfinished.is_empty() {
            break;
        }
        shards = unfinished;
    }
    Ok(found)
}

/// The item of an entry. `None` if the item is not open in this way: the index lags, and an earlier release leaves the
/// shard behind when it finishes an order.
async fn current_item(
    action: &'static str,
    table: &Table,
    open: &'static str,
    entry: Item,
) -> Result<Option<Item>, PortFailure> {
    let Some(key) = entry.get("pk") else {
        return Ok(None);
    };
    let item = orders::item(action, table, key.clone()).await?;
    Ok(item
        .filter(|item| optional_text(item, "open") == Some(open) && item.get("updated_at") == entry.get("updated_at")))
}

fn changed_at(entry: &Item) -> (i64, Option<String>) {
    // The sort key of an index is a number, or the item is not in it.
    let changed_at = optional_number(entry, "updated_at").ok().flatten();
    (
        changed_at.unwrap_or_default(),
        optional_text(entry, "pk").map(str::to_owned),
    )
}
