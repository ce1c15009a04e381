//! How do products and their prices lie in DynamoDB? The catalog's attributes, beside stock and photo that others write.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, Product};
use domain::orders::ports::PriceList;
use domain::ports::PortFailure;
use domain::values::{Money, Sku, Timestamp};

use crate::attributes::{Item, UnreadableItem, text};
use crate::conditions::found_instead;
use crate::product_item;
use crate::table::Table;

/// How often keys are asked for that DynamoDB left out of its answers.
const UNPROCESSED_ROUNDS_MAX: u32 = 6;
/// A random part of this passes before left-out keys are asked for again, and of twice as much before each next round.
const UNPROCESSED_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub struct DynamoProductCatalog {
    pub table: Table,
}

#[derive(Debug, Clone)]
pub struct DynamoPriceList {
    pub table: Table,
}

#[derive(Debug, Clone)]
pub struct DynamoCatalogWriter {
    table: Table,
}

impl DynamoCatalogWriter {
    pub fn new(table: &Table) -> Self {
        Self {
            table: table.that_tells_throttling(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the table kept leaving prices out of its answers")]
struct LeftUnprocessed;

#[async_trait]
impl ProductCatalog for DynamoProductCatalog {
    /// Shows what was written just now, unlike the list.
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure> {
        const ACTION: &str = "read product";
        let found = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", product_item::key(sku))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| aws_errors::failure(ACTION, error))?;
        let Some(item) = found.item.filter(product_item::is_listed) else {
            return Ok(None);
        };
        product(ACTION, &item).map(Some)
    }

    /// The index lags behind the table by moments.
    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure> {
        const ACTION: &str = "list products";
        // One more than asked for tells whether there is more.
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name(product_item::BY_SKU)
            .expression_attribute_values(":listed", text(product_item::LISTED))
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX));
        let query = match after {
            Some(after) => query
                .key_condition_expression("listing = :listed AND sku > :after")
                .expression_attribute_values(":after", text(after.as_str())),
            None => query.key_condition_expression("listing = :listed"),
        };
        let page = query.send().await.map_err(|error| aws_errors::failure(ACTION, error))?;
        let products = page.items().iter().take(limit).map(|item| product(ACTION, item));
        let products = products.collect::<Result<Vec<Product>, PortFailure>>()?;
        // A page also ends at a megabyte.
        let has_more = page.items().len() > limit || page.last_evaluated_key().is_some();
        let next = products.last().filter(|_| has_more).map(|product| product.sku.clone());
        Ok(ProductPage { products, next })
    }
}

#[async_trait]
impl PriceList for DynamoPriceList {
    /// One call: it may ask for a hundred keys, and an order has fifty lines at most.
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        const ACTION: &str = "read prices";
        // The same key twice would be refused.
        let skus: BTreeSet<&Sku> = skus.iter().collect();
        let mut prices = BTreeMap::new();
        if skus.is_empty() {
            return Ok(prices);
        }
        let mut wanted = self
            .keys_of(&skus)
            .map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        for round in 0..UNPROCESSED_ROUNDS_MAX {
            if round > 0 {
                let pause = UNPROCESSED_PAUSE * 2_u32.pow(round - 1);
                tokio::time::sleep(pause.mul_f64(fastrand::f64())).await;
            }
            let answer = self
                .table
                .client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .send()
                .await
                .map_err(|error| aws_errors::failure(ACTION, error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if product_item::is_listed(&item) {
                    let (sku, price) = price(&item).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
                    prices.insert(sku, price);
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(prices);
            }
        }
        Err(PortFailure::transient(ACTION, LeftUnprocessed))
    }
}

impl DynamoPriceList {
    fn keys_of(&self, skus: &BTreeSet<&Sku>) -> Result<HashMap<String, KeysAndAttributes>, BuildError> {
        let keys = skus
            .iter()
            .map(|sku| Item::from([("pk".to_owned(), product_item::key(sku))]));
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .projection_expression("sku, listing, price_minor, currency")
            .consistent_read(true)
            .build()?;
        Ok(HashMap::from([(self.table.name.clone(), wanted)]))
    }
}

#[async_trait]
impl CatalogWriter for DynamoCatalogWriter {
    /// An attempt whose answer got lost is told as superseded, by itself. Both mean that the row need not come again.
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        at: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        let applied = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", product_item::key(&row.sku))
            .condition_expression("attribute_not_exists(catalog_version) OR catalog_version < :version")
            .update_expression(product_item::SET_ROW)
            .expression_attribute_names("#name", "name")
            .set_expression_attribute_values(Some(product_item::row_values(row, version, at)))
            .send()
            .await;
        match applied {
            Ok(_) => Ok(ApplyOutcome::Applied),
            Err(error) if aws_errors::is_throttled(&error) => Ok(ApplyOutcome::Throttled),
            Err(error) => {
                found_instead("apply catalog row", error)?;
                Ok(ApplyOutcome::Superseded)
            }
        }
    }
}

fn product(action: &'static str, item: &Item) -> Result<Product, PortFailure> {
    product_item::product(item).map_err(|fault| PortFailure::permanent(action, fault))
}

fn price(item: &Item) -> Result<(Sku, Money), UnreadableItem> {
    Ok((product_item::sku(item)?, product_item::price(item)?))
}
