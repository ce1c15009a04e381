//! Finds the orders that wait for a saga or an operator.

use domain::fulfilment::ports::OverduePosition;
use domain::ports::PortFailure;
use domain::values::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::attributes::{Item, number, optional_number, optional_text, text};
use crate::shard_queries::{Range, Shard, next_entries, unread};
use crate::shards::Shards;
use crate::table::Table;
use crate::{order_item, orders};

/// How often shards are asked again because their entries did not match their items. Entries of an earlier release stay
/// behind until the backfill has removed them.
const ROUNDS_MAX: usize = 10;
/// How many orders are read at the same time.
const READS_IN_FLIGHT: usize = 16;
/// The least number of entries that one query asks for. A round makes progress only if a shard has fewer entries of one
/// millisecond than that, and so many entries of keys take half a read unit.
const ENTRIES_MIN: usize = 25;

/// Which orders a page has.
pub(crate) struct Selection<'a> {
    /// The value of their attribute `open`.
    pub(crate) open: &'static str,
    /// Their last change is older.
    pub(crate) before: Timestamp,
    /// The page begins behind this position.
    pub(crate) after: Option<&'a OverduePosition>,
    /// The page has at most this many items.
    pub(crate) limit: usize,
}

/// Items of orders, longest unchanged first.
#[derive(Debug, Default)]
pub(crate) struct OrderItems {
    pub(crate) items: Vec<Item>,
    /// Where the next page begins. Absent on the last page.
    pub(crate) next: Option<OverduePosition>,
}

/// The next orders of the selection.
pub(crate) async fn page(
    action: &'static str,
    table: &Table,
    selection: &Selection<'_>,
) -> Result<OrderItems, PortFailure> {
    if table.sharded_indexes.are_read() {
        from_shards(action, table, selection).await
    } else {
        from_one_key(action, table, selection).await
    }
}

async fn from_one_key(
    action: &'static str,
    table: &Table,
    selection: &Selection<'_>,
) -> Result<OrderItems, PortFailure> {
    let Selection {
        open,
        before,
        after,
        limit,
    } = *selection;
    let mut items = Vec::new();
    let mut start_key = after.map(|after| order_item::open_start_key(open, after));
    while items.len() < limit {
        let page = table
            .client
            .query()
            .table_name(&table.name)
            .index_name(order_item::OPEN_ORDERS)
            .key_condition_expression("#open = :open AND updated_at < :before")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":open", text(open))
            .expression_attribute_values(":before", number(before.unix_ms()))
            .limit(i32::try_from(limit - items.len()).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start_key)
            .send()
            .await
            .map_err(|error| aws_errors::failure(action, error))?;
        items.extend(page.items.unwrap_or_default());
        start_key = page.last_evaluated_key;
        if start_key.is_none() {
            break;
        }
    }
    let next = start_key.and_then(|_| last_position(&items));
    Ok(OrderItems { items, next })
}

/// Reads the keys from the shards, and the orders behind them from the table.
///
/// A position lies between two entries of all shards together, so a page may only use entries up to the time that every
/// shard was read to.
async fn from_shards(
    action: &'static str,
    table: &Table,
    selection: &Selection<'_>,
) -> Result<OrderItems, PortFailure> {
    let range = range(table, selection);
    let is_after = |entry: &Item| selection.after.is_none_or(|after| place(entry) > position_place(after));
    let mut shards = unread(Shards::of_open_orders(selection.open));
    let mut page = OrderItems::default();
    let mut entries: Vec<Item> = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let (more, unfinished) = next_entries(action, &range, shards).await?;
        entries.extend(more.into_iter().filter(is_after));
        entries.sort_by_cached_key(place);
        let complete = complete(&entries, &unfinished);
        let later = entries.split_off(complete);
        let is_last = unfinished.is_empty() && later.is_empty();
        let used = read_items(action, table, selection, &entries, &mut page.items).await?;
        let is_cut = used < entries.len();
        page.next = last_position(&entries[..used]).or(page.next);
        if is_last && !is_cut {
            page.next = None;
            return Ok(page);
        }
        if page.items.len() >= selection.limit {
            return Ok(page);
        }
        entries = later;
        shards = unfinished;
    }
    Ok(page)
}

fn range<'a>(table: &'a Table, selection: &Selection<'_>) -> Range<'a> {
    // `BETWEEN` includes both ends. Entries of the millisecond of the position are read again.
    let last = selection.before.unix_ms().saturating_sub(1);
    let condition = match selection.after {
        Some(after) => (
            "updated_at BETWEEN :first AND :last",
            vec![
                (":first", number(after.updated_at.unix_ms().min(last))),
                (":last", number(last)),
            ],
        ),
        None => ("updated_at <= :last", vec![(":last", number(last))]),
    };
    Range {
        index: order_item::OPEN_BY_SHARD,
        partition: order_item::OPEN_SHARD,
        condition: Some(condition),
        limit: selection.limit.max(ENTRIES_MIN),
        table,
    }
}

/// How many of the sorted entries are certain to have no other entry before them. Shards answer entries of the same
/// millisecond in no order, so the last millisecond of an unfinished shard may have more of them.
fn complete(entries: &[Item], unfinished: &[Shard]) -> usize {
    let ends = unfinished.iter().filter_map(Shard::last_read).map(changed_ms);
    ends.min().map_or(entries.len(), |end| {
        entries.partition_point(|entry| changed_ms(entry) < end)
    })
}

/// Adds the items of these entries until the page is full. Returns the number of entries that were used.
async fn read_items(
    action: &'static str,
    table: &Table,
    selection: &Selection<'_>,
    entries: &[Item],
    found: &mut Vec<Item>,
) -> Result<usize, PortFailure> {
    let mut items = stream::iter(entries.to_vec())
        .map(|entry| current_item(action, table, selection.open, entry))
        .buffered(READS_IN_FLIGHT);
    let mut used = 0;
    while found.len() < selection.limit {
        let Some(item) = items.try_next().await? else {
            break;
        };
        used += 1;
        found.extend(item);
    }
    Ok(used)
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

/// The position of the last of these, or of one before it if that cannot be read: the next page repeats the others.
fn last_position(items: &[Item]) -> Option<OverduePosition> {
    let mut positions = items.iter().rev();
    positions.find_map(|item| order_item::open_position(item).ok())
}

/// Sorts entries by their last change, and those of one millisecond by their key.
fn place(entry: &Item) -> (i64, Option<String>) {
    (changed_ms(entry), optional_text(entry, "pk").map(str::to_owned))
}

fn position_place(position: &OverduePosition) -> (i64, Option<String>) {
    let key = order_item::partition_key(&position.id);
    (position.updated_at.unix_ms(), key.as_s().ok().cloned())
}

fn changed_ms(entry: &Item) -> i64 {
    // The sort key of an index is a number, or the item is not in it.
    optional_number(entry, "updated_at").ok().flatten().unwrap_or_default()
}
