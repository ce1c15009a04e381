//! Which attributes does a product's item have?
//!
//! | attribute | written by | is |
//! |---|---|---|
//! | `pk` (S) | all | `product#{sku}` |
//! | `sku` (S), `listing` (S), `name` (S), `description` (S), `price_minor` (N), `currency` (S), `catalog_at` (N) | catalog | the row; `listing` has one value and puts the product on the list |
//! | `catalog_version` (S) | catalog | upload sequence and byte offset, padded so that texts sort as versions do |
//! | `available` (N) | catalog, stock | units on hand less `reserved`; below zero where a catalog set fewer |
//! | `reserved` (N) | stock | units of open reservations |
//! | `photo_sequence` (N), `photo_upload_id` (S), `thumbnails` (M: size in pixels to object key), `photo_at` (N) | photos | the photo shown |
//!
//! Units on hand are stored in two parts because conditions cannot calculate: `available >= :wanted` is one attribute's.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalog::ports::CatalogVersion;
use domain::catalog::product::Product;
use domain::values::{Money, Sku};

use crate::attributes::{Item, UnreadableItem, money, optional_number, parsed, read_text, text};

/// The index of what the catalog has named, by `sku`.
pub(crate) const BY_SKU: &str = "by-sku";
/// The one value of the attribute `listing`.
pub(crate) const LISTED: &str = "catalog";

pub(crate) fn key(sku: &Sku) -> AttributeValue {
    text(format!("product#{sku}"))
}

pub(crate) fn version(version: CatalogVersion) -> AttributeValue {
    let CatalogVersion {
        upload_sequence,
        byte_offset,
    } = version;
    // As many digits as the greatest number has.
    text(format!("{upload_sequence:020}#{byte_offset:020}"))
}

/// Whether the catalog has named the product: an item may know a photo only.
pub(crate) fn is_listed(item: &Item) -> bool {
    item.contains_key("listing")
}

pub(crate) fn sku(item: &Item) -> Result<Sku, UnreadableItem> {
    parsed(item, "sku", Sku::parse)
}

pub(crate) fn price(item: &Item) -> Result<Money, UnreadableItem> {
    money(item, "price_minor", "currency")
}

/// A product that is listed.
pub(crate) fn product(item: &Item) -> Result<Product, UnreadableItem> {
    let available: i64 = optional_number(item, "available")?.unwrap_or(0);
    Ok(Product {
        sku: sku(item)?,
        name: read_text(item, "name")?.to_owned(),
        description: read_text(item, "description")?.to_owned(),
        price: price(item)?,
        available: u32::try_from(available.max(0)).unwrap_or(u32::MAX),
        thumbnails: thumbnails(item)?,
    })
}

/// Object keys by size, as an attribute.
pub(crate) fn thumbnail_keys(keys: &[(u32, String)]) -> AttributeValue {
    let by_size = keys
        .iter()
        .map(|(size_px, key)| (size_px.to_string(), text(key.as_str())));
    AttributeValue::M(by_size.collect::<HashMap<String, AttributeValue>>())
}

fn thumbnails(item: &Item) -> Result<Vec<(u32, String)>, UnreadableItem> {
    let unreadable = || UnreadableItem::at("thumbnails");
    let Some(stored) = item.get("thumbnails") else {
        return Ok(Vec::new());
    };
    let mut thumbnails = Vec::new();
    for (size_px, key) in stored.as_m().map_err(|_other| unreadable())? {
        let size_px = size_px.parse().map_err(|_fault| unreadable())?;
        let key = key.as_s().map_err(|_other| unreadable())?;
        thumbnails.push((size_px, key.clone()));
    }
    thumbnails.sort_unstable();
    Ok(thumbnails)
}
