//! Lists products by SKU, page by page.

use std::collections::HashMap;

use domain::catalog::ports::ProductPage;
use domain::catalog::product::Product;
use domain::ports::PortFailure;
use domain::values::Sku;

use crate::attributes::{Item, optional_text, text};
use crate::shard_queries::{Range, next_entries, unread};
use crate::shards::LISTED_PRODUCTS;
use crate::table::Table;
use crate::unreadable::readable_or_logged;
use crate::{batch, product_item};

const ACTION: &str = "list products";

/// One page of the entries of an index, in the order of SKUs.
struct Entries {
    items: Vec<Item>,
    has_more: bool,
}

impl Entries {
    /// At most `limit` of the entries that were found.
    fn cut(mut items: Vec<Item>, limit: usize, index_has_more: bool) -> Self {
        let has_more = items.len() > limit || index_has_more;
        items.truncate(limit);
        Self { items, has_more }
    }

    /// Where the next page begins. `None` where no entry follows, or where no SKU of this page can be read.
    fn next(&self) -> Option<Sku> {
        let skus = self.items.iter().rev();
        let mut readable = skus.filter_map(|item| product_item::sku(item).ok());
        readable.next().filter(|_| self.has_more)
    }

    /// The text of the last SKU, if entries follow it.
    fn last(&self) -> Option<String> {
        let last = self.items.last().filter(|_| self.has_more)?;
        optional_text(last, "sku").map(str::to_owned)
    }
}

/// From the index that has all attributes under one partition key.
pub(crate) async fn from_one_key(table: &Table, after: Option<&str>, limit: usize) -> Result<ProductPage, PortFailure> {
    let mut after = after.map(str::to_owned);
    loop {
        let entries = entries_of_one_key(table, after.as_deref(), limit).await?;
        let page = ProductPage {
            products: readable_or_logged(ACTION, &entries.items, product_item::product),
            next: entries.next(),
        };
        after = entries.last();
        if page.next.is_some() || after.is_none() {
            return Ok(page);
        }
    }
}

/// From the index that has the keys in shards, with one query for each shard; the products of the page come from the
/// table, because `available` is in no index.
pub(crate) async fn from_shards(table: &Table, after: Option<&str>, limit: usize) -> Result<ProductPage, PortFailure> {
    let mut after = after.map(str::to_owned);
    loop {
        let entries = entries_of_shards(table, after.as_deref(), limit).await?;
        let page = ProductPage {
            products: products(table, &entries.items).await?,
            next: entries.next(),
        };
        after = entries.last();
        if page.next.is_some() || after.is_none() {
            return Ok(page);
        }
    }
}

/// One entry more than the page shows whether there are more.
fn entries_max(limit: usize) -> usize {
    limit.saturating_add(1)
}

async fn entries_of_one_key(table: &Table, after: Option<&str>, limit: usize) -> Result<Entries, PortFailure> {
    let query = table
        .client
        .query()
        .table_name(&table.name)
        .index_name(product_item::BY_SKU)
        .expression_attribute_values(":listed", text(product_item::LISTED))
        .limit(i32::try_from(entries_max(limit)).unwrap_or(i32::MAX));
    let query = match after {
        Some(after) => query
            .key_condition_expression("listing = :listed AND sku > :after")
            .expression_attribute_values(":after", text(after)),
        None => query.key_condition_expression("listing = :listed"),
    };
    let page = query.send().await.map_err(|error| aws_errors::failure(ACTION, error))?;
    // A page also ends at a megabyte.
    let index_has_more = page.last_evaluated_key.is_some();
    Ok(Entries::cut(page.items.unwrap_or_default(), limit, index_has_more))
}

/// Each shard may hold the whole page, so each is asked for one. A page of keys is far below a megabyte, so a shard has
/// more entries only if it has filled the page.
async fn entries_of_shards(table: &Table, after: Option<&str>, limit: usize) -> Result<Entries, PortFailure> {
    let range = Range {
        index: product_item::BY_SHARD,
        partition: product_item::LIST_SHARD,
        condition: after.map(|after| ("sku > :after", vec![(":after", text(after))])),
        limit: entries_max(limit),
        table,
    };
    let (mut items, unfinished) = next_entries(ACTION, &range, unread(LISTED_PRODUCTS)).await?;
    items.sort_by(|a, b| optional_text(a, "sku").cmp(&optional_text(b, "sku")));
    Ok(Entries::cut(items, limit, !unfinished.is_empty()))
}

/// The products behind these entries, in the same order. An entry without a listed product is left out.
async fn products(table: &Table, entries: &[Item]) -> Result<Vec<Product>, PortFailure> {
    let keys = entries.iter().filter_map(|entry| entry.get("pk").cloned());
    let read = batch::Read {
        consistent: false,
        projection: None,
    };
    let mut items = batch::get(ACTION, table, keys, &read).await?;
    items.retain(product_item::is_listed);
    let mut products: HashMap<String, Product> = readable_or_logged(ACTION, &items, product_item::product)
        .into_iter()
        .map(|product| (product.sku.as_str().to_owned(), product))
        .collect();
    let in_order = entries
        .iter()
        .filter_map(|entry| products.remove(optional_text(entry, "sku")?));
    Ok(in_order.collect())
}
