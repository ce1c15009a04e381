//! Shows one product to a customer.

use std::sync::Arc;
use std::time::Duration;

use super::ports::{ProductCatalog, ThumbnailLinks};
use super::product::Product;
use crate::ports::{Clock, PortFailure};
use crate::values::{Sku, Timestamp};

/// Lifetime of a link to a thumbnail.
pub const THUMBNAIL_LINK_LIVES: Duration = Duration::from_hours(1);

pub struct GetProduct {
    pub catalog: Arc<dyn ProductCatalog>,
    pub links: Arc<dyn ThumbnailLinks>,
    pub clock: Arc<dyn Clock>,
}

/// A product with links to its thumbnails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductView {
    pub product: Product,
    /// Size in pixels and address.
    pub thumbnails: Vec<(u32, String)>,
}

impl GetProduct {
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
