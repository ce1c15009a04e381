//! What does a customer see of one product?

use std::sync::Arc;
use std::time::Duration;

use super::ports::{ProductCatalog, ThumbnailLinks};
use super::product::Product;
use crate::ports::{Clock, PortFailure};
use crate::values::{Sku, Timestamp};

/// How long the links to thumbnails work.
pub const THUMBNAIL_LINK_LIVES: Duration = Duration::from_hours(1);

pub struct GetProduct {
    pub catalog: Arc<dyn ProductCatalog>,
    pub links: Arc<dyn ThumbnailLinks>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenProduct {
    pub product: Product,
    /// Size in pixels and address.
    pub thumbnails: Vec<(u32, String)>,
}

impl GetProduct {
    pub async fn run(&self, sku: &Sku) -> Result<Option<SeenProduct>, PortFailure> {
        let Some(product) = self.catalog.find(sku).await? else {
            return Ok(None);
        };
        let expires_at = self.clock.now().plus(THUMBNAIL_LINK_LIVES);
        Ok(Some(seen(self.links.as_ref(), product, expires_at).await?))
    }
}

pub(super) async fn seen(
    links: &dyn ThumbnailLinks,
    product: Product,
    expires_at: Timestamp,
) -> Result<SeenProduct, PortFailure> {
    let mut thumbnails = Vec::with_capacity(product.thumbnails.len());
    for (size_px, key) in &product.thumbnails {
        thumbnails.push((*size_px, links.link(key, expires_at).await?));
    }
    Ok(SeenProduct { product, thumbnails })
}
