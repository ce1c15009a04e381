//! The attributes of a product's item.
//!
//! | attribute | written by | content |
//! |---|---|---|
//! | `pk` (S) | all | `product#{sku}` |
//! | `sku`, `name`, `description`, `currency` (S), `price_minor`, `catalog_at` (N) | catalog | the row |
//! | `listing` (S) | catalog | puts the product on the list; has one value |
//! | `list_shard` (S) | catalog | the same, spread over shards; is missing in items of earlier releases |
//! | `catalog_version` (S) | catalog | upload sequence and byte offset, padded so that texts sort as versions do |
//! | `available` (N) | catalog, stock | units on hand less `reserved`; below zero where a catalog set fewer |
//! | `reserved` (N) | stock | units of open reservations |
//! | `photo_sequence` (N), `photo_upload_id` (S), `photo_at` (N) | photos | the photo shown |
//! | `thumbnails` (M) | photos | size in pixels to object key |
//!
//! Units on hand are stored in two parts because conditions cannot calculate: `available >= :wanted` compares one
//! attribute.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalog::ports::CatalogVersion;
use domain::catalog::product::{CatalogRow, Product, ProductDetails};
use domain::values::{Money, Sku, Timestamp};

use crate::attributes::{Item, UnreadableItem, money, number, optional_number, parsed, read_text, text};
use crate::shards::LISTED_PRODUCTS;

/// The index of the listed products by `sku`, with all attributes, under one partition key.
pub(crate) const BY_SKU: &str = "by-sku";
/// The index of the keys of the listed products by `sku`, under one partition key per shard. A write of stock, of a
/// photo or of a row for a listed product changes no key, and so does not write to it.
pub(crate) const BY_SHARD: &str = "by-shard";
/// The attribute with the shard of a listed product.
pub(crate) const LIST_SHARD: &str = "list_shard";
/// The one value of the attribute `listing`.
pub(crate) const LISTED: &str = "catalog";

/// Sets the catalog's attributes to those of one row, and nothing else. Its values are [`row_values`].
pub(crate) const SET_ROW: &str = "SET sku = :sku, listing = :listed, #name = :name, description = :description, \
     price_minor = :price, currency = :currency, catalog_version = :version, catalog_at = :at, \
     available = :stock - if_not_exists(reserved, :none), list_shard = :shard";

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

/// The values of [`SET_ROW`]. The map is built from an array, because a map that grows reallocates three times.
pub(crate) fn row_values(row: &CatalogRow, version: CatalogVersion, at: Timestamp) -> HashMap<String, AttributeValue> {
    let CatalogRow { sku, details, stock } = row;
    let ProductDetails {
        name,
        description,
        price,
    } = details;
    HashMap::from(
        [
            (":sku", text(sku.as_str())),
            (":listed", text(LISTED)),
            (":shard", text(LISTED_PRODUCTS.of(sku.as_str()))),
            (":name", text(name.as_str())),
            (":description", text(description.as_str())),
            (":price", number(price.amount_minor())),
            (":currency", text(price.currency().code())),
            (":version", self::version(version)),
            (":at", number(at.unix_ms())),
            (":stock", number(*stock)),
            (":none", number(0)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// Whether a catalog has listed the product: an item may have a photo only.
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
        details: ProductDetails {
            name: read_text(item, "name")?.to_owned(),
            description: read_text(item, "description")?.to_owned(),
            price: price(item)?,
        },
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

#[cfg(test)]
mod tests {
    use domain::values::Currency;

    use super::*;

    fn values() -> HashMap<String, AttributeValue> {
        let price = Money::new(1_250, Currency::parse("EUR").unwrap()).unwrap();
        let row = CatalogRow {
            sku: Sku::parse("MUG").unwrap(),
            details: ProductDetails::new("A mug", "Blue.", price),
            stock: 7,
        };
        let version = CatalogVersion {
            upload_sequence: 12,
            byte_offset: 5_000_000_000,
        };
        row_values(&row, version, Timestamp::from_unix_ms(1_700_000_000_000))
    }

    #[test]
    fn a_row_sets_the_attributes_of_the_catalog_and_no_others() {
        let assignments = SET_ROW.strip_prefix("SET ").unwrap().replace("reserved, ", "");
        let set = assignments
            .split(", ")
            .map(|assignment| assignment.split_once(" = ").unwrap().0);
        let expected = [
            "sku",
            "listing",
            "#name",
            "description",
            "price_minor",
            "currency",
            "catalog_version",
            "catalog_at",
            "available",
            "list_shard",
        ];
        assert_eq!(set.collect::<Vec<&str>>(), expected);
    }

    #[test]
    fn every_value_of_a_row_is_used_as_dynamodb_demands() {
        let tokens = SET_ROW.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != ':');
        let mut used: Vec<&str> = tokens.filter(|token| token.starts_with(':')).collect();
        used.sort_unstable();
        let values = values();
        let mut given: Vec<&str> = values.keys().map(String::as_str).collect();
        given.sort_unstable();
        assert_eq!(used, given);
        assert_eq!(values[":version"], text("00000000000000000012#00000000005000000000"));
    }
}
