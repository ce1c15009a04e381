//! Products and their prices in DynamoDB: the catalog's attributes, beside stock and photo that others write.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, Product};
use domain::orders::ports::PriceList;
use domain::ports::PortFailure;
use domain::values::{Money, Sku, Timestamp};

use crate::attributes::{Item, UnreadableItem};
use crate::conditions::found_instead;
use crate::table::Table;
use crate::{batch, product_item, product_list};

/// The products that the shop shows.
#[derive(Debug, Clone)]
pub struct DynamoProductCatalog {
    /// The table of products.
    pub table: Table,
}

/// The prices that orders are placed at.
#[derive(Debug, Clone)]
pub struct DynamoPriceList {
    /// The table of products.
    pub table: Table,
}

/// Writes the rows of catalog files.
#[derive(Debug, Clone)]
pub struct DynamoCatalogWriter {
    table: Table,
}

impl DynamoCatalogWriter {
    /// A writer that returns throttled rows to its caller.
    pub fn new(table: &Table) -> Self {
        Self {
            table: table.without_throttling_retries(),
        }
    }
}

#[async_trait]
impl ProductCatalog for DynamoProductCatalog {
    /// A consistent read: it shows what was written just now, unlike the list.
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
        let product = product_item::product(&item);
        product.map(Some).map_err(|fault| PortFailure::permanent(ACTION, fault))
    }

    /// The index lags behind the table by moments. A product that cannot be read is skipped.
    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure> {
        let after = after.map(Sku::as_str);
        if self.table.sharded_indexes.are_read() {
            product_list::from_shards(&self.table, after, limit).await
        } else {
            product_list::from_one_key(&self.table, after, limit).await
        }
    }
}

#[async_trait]
impl PriceList for DynamoPriceList {
    /// One call: it may ask for a hundred keys, and an order has fifty lines at most.
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        const ACTION: &str = "read prices";
        // DynamoDB refuses a request with the same key twice.
        let skus: BTreeSet<&Sku> = skus.iter().collect();
        let read = batch::Read {
            consistent: true,
            projection: Some("sku, listing, price_minor, currency"),
        };
        let keys = skus.into_iter().map(product_item::key);
        let items = batch::get(ACTION, &self.table, keys, &read).await?;
        let listed = items.iter().filter(|item| product_item::is_listed(item));
        let prices = listed.map(price).collect::<Result<_, UnreadableItem>>();
        prices.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }
}

#[async_trait]
impl CatalogWriter for DynamoCatalogWriter {
    /// If the answer to an attempt got lost, its retry finds its own row and returns `Superseded`. Both outcomes mean
    /// that the row need not be sent again.
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

fn price(item: &Item) -> Result<(Sku, Money), UnreadableItem> {
    Ok((product_item::sku(item)?, product_item::price(item)?))
}
