//! What is a product, as customers see it and as a catalog row states it?

use crate::values::{Money, Sku};

/// Bytes of a product's name.
pub const NAME_BYTES_MAX: usize = 200;
/// Bytes of a product's description.
pub const DESCRIPTION_BYTES_MAX: usize = 4_000;
/// Units of one product.
pub const STOCK_UNITS_MAX: u32 = 1_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub sku: Sku,
    pub name: String,
    pub description: String,
    pub price: Money,
    /// Units on hand less open reservations; zero where a catalog set fewer units than are reserved.
    pub available: u32,
    /// Size in pixels and object key, smallest first; empty until a photo was rendered.
    pub thumbnails: Vec<(u32, String)>,
}

/// One valid row of a catalog file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogRow {
    pub sku: Sku,
    pub name: String,
    pub description: String,
    pub price: Money,
    /// Units on hand, open reservations included.
    pub stock: u32,
}
