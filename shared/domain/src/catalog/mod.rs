//! Products, and the CSV files that describe them.

pub mod csv;
pub mod get_product;
pub mod import;
pub mod list_products;
pub mod ports;
pub mod product;
