//! A product as customers see it, and as a catalog row describes it.

use crate::values::{Money, Sku};

/// Bytes of a product's name.
pub const NAME_BYTES_MAX: usize = 200;
/// Bytes of a product's description.
pub const DESCRIPTION_BYTES_MAX: usize = 4_000;
/// Units of one product.
pub const STOCK_UNITS_MAX: u32 = 1_000_000_000;

/// The description of a product in a catalog, without its SKU and its stock.
///
/// Stores and the JSON of `wire` take it apart field by field (`let ProductDetails { name, .. all fields .. } =
/// details`), so that a new field does not compile before each of them has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDetails {
    /// Not blank, at most [`NAME_BYTES_MAX`] bytes.
    pub name: String,
    /// At most [`DESCRIPTION_BYTES_MAX`] bytes; may be empty.
    pub description: String,
    /// The price of one unit.
    pub price: Money,
}

impl ProductDetails {
    /// Details without any optional field.
    pub fn new(name: impl Into<String>, description: impl Into<String>, price: Money) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            price,
        }
    }
}

/// A product that customers can order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The product's identity.
    pub sku: Sku,
    /// The name, description and price of its newest catalog row.
    pub details: ProductDetails,
    /// Units on hand less open reservations; zero where a catalog set fewer units than are reserved.
    pub available: u32,
    /// Size in pixels and object key, smallest first; empty until a photo was rendered.
    pub thumbnails: Vec<(u32, String)>,
}

/// One valid row of a catalog file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogRow {
    /// The product that the row describes.
    pub sku: Sku,
    /// Its name, description and price.
    pub details: ProductDetails,
    /// Units on hand, open reservations included.
    pub stock: u32,
}
