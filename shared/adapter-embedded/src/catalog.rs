//! Stores the catalog in SQLite: the catalog's attributes of a product, beside stock and photo, which have other
//! writers.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, Product, ProductDetails};
use domain::orders::ports::PriceList;
use domain::ports::PortFailure;
use domain::values::{Money, Sku, Timestamp};
use rusqlite::{OptionalExtension, Row, named_params, params};

use crate::Database;
use crate::columns::{json, money, parsed};
use crate::unreadable::readable;

const COLUMNS: &str = "sku, name, description, price_minor, currency, on_hand - reserved AS available, \
     coalesce(thumbnails, '[]') AS thumbnails";

/// Reads products from SQLite.
#[derive(Debug, Clone)]
pub struct SqliteProductCatalog {
    /// The shop's database.
    pub database: Database,
}

/// Reads prices from SQLite.
#[derive(Debug, Clone)]
pub struct SqlitePriceList {
    /// The shop's database.
    pub database: Database,
}

/// Writes catalog rows to SQLite.
#[derive(Debug, Clone)]
pub struct SqliteCatalogWriter {
    /// The shop's database.
    pub database: Database,
}

#[async_trait]
impl ProductCatalog for SqliteProductCatalog {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure> {
        let sku = sku.clone();
        self.database
            .read("read product", move |connection| {
                connection
                    .prepare_cached(&format!(
                        "SELECT {COLUMNS} FROM products WHERE sku = ?1 AND name IS NOT NULL"
                    ))?
                    .query_row(params![sku.as_str()], read)
                    .optional()
            })
            .await
    }

    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure> {
        // No SKU is empty: everything comes after.
        let after = after.map_or_else(String::new, |sku| sku.as_str().to_owned());
        self.database
            .read("list products", move |connection| {
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM products WHERE sku > ?1 AND name IS NOT NULL ORDER BY sku"
                ))?;
                // One more than the limit, to know whether there is a next page.
                let mut products = readable(statement.query(params![after])?, "sku", limit.saturating_add(1), read)?;
                let has_more = products.len() > limit;
                products.truncate(limit);
                let next = products.last().filter(|_| has_more).map(|product| product.sku.clone());
                Ok(ProductPage { products, next })
            })
            .await
    }
}

#[async_trait]
impl PriceList for SqlitePriceList {
    async fn prices(&self, skus: &[Sku]) -> Result<BTreeMap<Sku, Money>, PortFailure> {
        let skus = skus.to_vec();
        self.database
            .read("read prices", move |connection| {
                let mut statement = connection
                    .prepare_cached("SELECT price_minor, currency FROM products WHERE sku = ?1 AND name IS NOT NULL")?;
                let mut prices = BTreeMap::new();
                for sku in skus {
                    let price = statement
                        .query_row(params![sku.as_str()], |row| money(row, "price_minor", "currency"))
                        .optional()?;
                    if let Some(price) = price {
                        prices.insert(sku, price);
                    }
                }
                Ok(prices)
            })
            .await
    }
}

#[async_trait]
impl CatalogWriter for SqliteCatalogWriter {
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        at: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        let CatalogRow { sku, details, stock } = row.clone();
        let ProductDetails {
            name,
            description,
            price,
        } = details;
        self.database
            .call("apply catalog row", move |connection| {
                let CatalogVersion {
                    upload_sequence,
                    byte_offset,
                } = version;
                let written = connection
                    .prepare_cached(
                        "INSERT INTO products (sku, name, description, price_minor, currency, on_hand,
                                               catalog_sequence, catalog_offset, catalog_at)
                         VALUES (:sku, :name, :description, :price, :currency, :stock, :sequence, :offset, :at)
                         ON CONFLICT (sku) DO UPDATE
                         SET name = excluded.name, description = excluded.description,
                             price_minor = excluded.price_minor, currency = excluded.currency,
                             on_hand = excluded.on_hand, catalog_sequence = excluded.catalog_sequence,
                             catalog_offset = excluded.catalog_offset, catalog_at = excluded.catalog_at
                         WHERE catalog_sequence IS NULL
                            OR (catalog_sequence, catalog_offset)
                               < (excluded.catalog_sequence, excluded.catalog_offset)",
                    )?
                    .execute(named_params! {
                        ":sku": sku.as_str(),
                        ":name": name,
                        ":description": description,
                        ":price": price.amount_minor(),
                        ":currency": price.currency().code(),
                        ":stock": stock,
                        ":sequence": upload_sequence,
                        ":offset": byte_offset,
                        ":at": at.unix_ms(),
                    })?;
                Ok(if written == 1 {
                    ApplyOutcome::Applied
                } else {
                    ApplyOutcome::Superseded
                })
            })
            .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Product> {
    let available: i64 = row.get("available")?;
    Ok(Product {
        sku: parsed(row, "sku", Sku::parse)?,
        details: ProductDetails {
            name: row.get("name")?,
            description: row.get("description")?,
            price: money(row, "price_minor", "currency")?,
        },
        // Below zero where a catalog set fewer units than are reserved.
        available: u32::try_from(available.max(0)).unwrap_or(u32::MAX),
        thumbnails: json(row, "thumbnails")?,
    })
}
