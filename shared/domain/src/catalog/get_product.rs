//! Shows one product to a customer.

use std::sync::Arc;
use std::time::Duration;

use super::ports::{ProductCatalog, ThumbnailLinks};
use super::product::Product;
use crate::ports::{Clock, PortFailure};
use crate::values::{Sku, Timestamp};

/// Lifetime of a link to a thumbnail.
pub const THUMBNAIL_LINK_LIVES: Duration = Duration::from_hours(1);

/// The use case behind `GET /products/{sku}`.
pub struct GetProduct {
    /// The stored products.
    pub catalog: Arc<dyn ProductCatalog>,
    /// Signs the links to thumbnails.
    pub links: Arc<dyn ThumbnailLinks>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// A product with links to its thumbnails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductView {
    /// The product as it is stored.
    pub product: Product,
    /// Size in pixels and address.
    pub thumbnails: Vec<(u32, String)>,
}

impl GetProduct {
    /// `None` if the catalog has no such product.
    pub async fn run(&self, sku: &Sku) -> Result<Option<ProductView>, PortFailure> {
        let Some(product) = self.catalog.find(sku).await? else {
            return Ok(None);
        };
        let expires_at = self.clock.now().plus(THUMBNAIL_LINK_LIVES);
        Ok(Some(with_links(self.links.as_ref(), product, expires_at).await?))
    }
}

pub(super) async fn with_links(
    links: &dyn ThumbnailLinks,
    product: Product,
    expires_at: Timestamp,
) -> Result<ProductView, PortFailure> {
    let mut thumbnails = Vec::with_capacity(product.thumbnails.len());
    for (size_px, key) in &product.thumbnails {
        thumbnails.push((*size_px, links.link(key, expires_at).await?));
    }
    Ok(ProductView { product, thumbnails })
}
