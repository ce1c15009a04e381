//! Reads an index whose entries are spread over shards.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ports::PortFailure;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::attributes::{Item, text};
use crate::shards::Shards;
use crate::table::Table;

/// How many shards are asked at the same time: each needs a connection of its own.
const QUERIES_IN_FLIGHT: usize = 16;

/// An index and the keys that are read from it.
pub(crate) struct Range<'a> {
    pub(crate) index: &'static str,
    /// The attribute that holds the shard.
    pub(crate) partition: &'static str,
    /// A condition on the sort key, and the values that it names.
    pub(crate) condition: Option<(&'static str, Vec<(&'static str, AttributeValue)>)>,
    /// How many entries one query asks for.
    pub(crate) limit: usize,
    pub(crate) table: &'a Table,
}

/// How far a shard was read.
pub(crate) struct Shard {
    key: String,
    start_key: Option<Item>,
}

impl Shard {
    /// The key of the last entry that was read, if any was.
    pub(crate) fn last_read(&self) -> Option<&Item> {
        self.start_key.as_ref()
    }
}

/// Shards of which nothing was read.
pub(crate) fn unread(shards: Shards) -> Vec<Shard> {
    let unread = |key| Shard { key, start_key: None };
    shards.all().map(unread).collect()
}

/// The next entries of each shard, up to the limit from each, and the shards that have more.
pub(crate) async fn next_entries(
    action: &'static str,
    range: &Range<'_>,
    shards: Vec<Shard>,
) -> Result<(Vec<Item>, Vec<Shard>), PortFailure> {
    let queries = stream::iter(shards).map(|shard| query(action, range, shard));
    let pages: Vec<(Vec<Item>, Option<Shard>)> = queries.buffer_unordered(QUERIES_IN_FLIGHT).try_collect().await?;
    let mut entries = Vec::new();
    let mut unfinished = Vec::new();
    for (page, shard) in pages {
        entries.extend(page);
        unfinished.extend(shard);
    }
    Ok((entries, unfinished))
}

async fn query(
    action: &'static str,
    range: &Range<'_>,
    shard: Shard,
) -> Result<(Vec<Item>, Option<Shard>), PortFailure> {
    let Shard { key, start_key } = shard;
    let request = range
        .table
        .client
        .query()
        .table_name(&range.table.name)
        .index_name(range.index)
        .expression_attribute_values(":shard", text(&key))
        .limit(i32::try_from(range.limit).unwrap_or(i32::MAX))
        .set_exclusive_start_key(start_key);
    let partition = range.partition;
    let request = match &range.condition {
        Some((condition, values)) => values.iter().fold(
            request.key_condition_expression(format!("{partition} = :shard AND {condition}")),
            |request, (name, value)| request.expression_attribute_values(*name, value.clone()),
        ),
        None => request.key_condition_expression(format!("{partition} = :shard")),
    };
    let page = request
        .send()
        .await
        .map_err(|error| aws_errors::failure(action, error))?;
    let unfinished = page.last_evaluated_key.map(|start_key| Shard {
        key,
        start_key: Some(start_key),
    });
    Ok((page.items.unwrap_or_default(), unfinished))
}
