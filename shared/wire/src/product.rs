//! The JSON of a product.

use std::collections::BTreeMap;

use domain::catalog::product::{Product, ProductDetails};
use serde::Serialize;

use crate::money::MoneyJson;

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Product"))]
pub struct ProductJson {
    /// Stock keeping unit: 1 to 64 bytes of UTF-8.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::sku"))]
    pub sku: String,
    /// The name, at most 200 bytes.
    pub name: String,
    /// The description, at most 4,000 bytes; may be empty.
    pub description: String,
    /// The price of one unit.
    pub price: MoneyJson,
    /// Units that can be ordered now.
    pub available: u32,
    /// Short-lived links by longest side in pixels; absent until a photo was rendered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::thumbnails"))]
    pub thumbnails: BTreeMap<u32, String>,
}

/// One page of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProductPage"))]
pub struct ProductPageJson {
    /// In the order of their SKUs.
    pub products: Vec<ProductJson>,
    /// `null` on the last page.
    pub next_cursor: Option<String>,
}

impl ProductJson {
    /// `thumbnails` are sizes in pixels with the links to them: the product itself knows object keys only.
    pub fn new(product: Product, thumbnails: Vec<(u32, String)>) -> Self {
        let Product {
            sku,
            details,
            available,
            thumbnails: _,
        } = product;
        let ProductDetails {
            name,
            description,
            price,
        } = details;
        Self {
            sku: sku.to_string(),
            name,
            description,
            price: price.into(),
            available,
            thumbnails: thumbnails.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::values::{Currency, Money, Sku};
    use serde_json::json;

    use super::*;

    fn product() -> Product {
        Product {
            sku: Sku::parse("MUG-01").unwrap(),
            details: ProductDetails::new(
                "Mug",
                "Holds coffee",
                Money::new(1_250, Currency::parse("EUR").unwrap()).unwrap(),
            ),
            available: 7,
            thumbnails: vec![(128, "MUG-01/upload-1/128.jpg".to_owned())],
        }
    }

    #[test]
    fn a_product_without_a_photo_has_no_thumbnails() {
        let page = ProductPageJson {
            products: vec![ProductJson::new(product(), Vec::new())],
            next_cursor: None,
        };
        assert_eq!(
            json!(page),
            json!({
                "products": [{
                    "sku": "MUG-01",
                    "name": "Mug",
                    "description": "Holds coffee",
                    "price": {"amount_minor": 1250, "currency": "EUR"},
                    "available": 7,
                }],
                "next_cursor": null,
            })
        );
    }

    #[test]
    fn thumbnails_are_links_by_size() {
        let links = vec![(128, "https://a/128".to_owned()), (1024, "https://a/1024".to_owned())];
        let shown = json!(ProductJson::new(product(), links));
        assert_eq!(
            shown["thumbnails"],
            json!({"128": "https://a/128", "1024": "https://a/1024"})
        );
    }
}
