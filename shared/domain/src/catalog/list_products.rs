//! What is for sale?

use std::sync::Arc;

use super::get_product::{SeenProduct, THUMBNAIL_LINK_LIVES, seen};
use super::ports::{ProductCatalog, ThumbnailLinks};
use crate::ports::{Clock, PortFailure};
use crate::values::Sku;

pub const PRODUCTS_PAGE_MAX: usize = 100;
pub const PRODUCTS_PAGE_DEFAULT: usize = 20;

pub struct ListProducts {
    pub catalog: Arc<dyn ProductCatalog>,
    pub links: Arc<dyn ThumbnailLinks>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenProductPage {
    pub products: Vec<SeenProduct>,
    /// The SKU to continue after, while there may be more.
    pub next: Option<Sku>,
}

impl ListProducts {
    /// A limit beyond [`PRODUCTS_PAGE_MAX`] is lowered to it: whoever talks to callers refuses it before.
    pub async fn run(&self, after: Option<&Sku>, limit: usize) -> Result<SeenProductPage, PortFailure> {
        let page = self.catalog.list(after, limit.clamp(1, PRODUCTS_PAGE_MAX)).await?;
        let expires_at = self.clock.now().plus(THUMBNAIL_LINK_LIVES);
        let mut products = Vec::with_capacity(page.products.len());
        for product in page.products {
            products.push(seen(self.links.as_ref(), product, expires_at).await?);
        }
        Ok(SeenProductPage {
            products,
            next: page.next,
        })
    }
}
