//! Lists the products that are for sale, page by page.

use std::sync::Arc;

use super::get_product::{ProductView, THUMBNAIL_LINK_LIVES, with_links};
use super::ports::{ProductCatalog, ThumbnailLinks};
use crate::ports::{Clock, PortFailure};
use crate::values::Sku;

/// Products of one page.
pub const PRODUCTS_PAGE_MAX: usize = 100;
/// Products of a page whose caller sets no limit.
pub const PRODUCTS_PAGE_DEFAULT: usize = 20;

/// The use case behind `GET /products`.
pub struct ListProducts {
    /// The stored products.
    pub catalog: Arc<dyn ProductCatalog>,
    /// Signs the links to thumbnails.
    pub links: Arc<dyn ThumbnailLinks>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
}

/// One page of products with links to their thumbnails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPageView {
    /// In the order of their SKUs.
    pub products: Vec<ProductView>,
    /// The SKU to continue after, while there may be more.
    pub next: Option<Sku>,
}

impl ListProducts {
    /// A limit beyond [`PRODUCTS_PAGE_MAX`] is lowered to it; the function refuses such a request before.
    pub async fn run(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPageView, PortFailure> {
        let page = self.catalog.list(after, limit.clamp(1, PRODUCTS_PAGE_MAX)).await?;
        let expires_at = self.clock.now().plus(THUMBNAIL_LINK_LIVES);
        let mut products = Vec::with_capacity(page.products.len());
        for product in page.products {
            products.push(with_links(self.links.as_ref(), product, expires_at).await?);
        }
        Ok(ProductPageView {
            products,
            next: page.next,
        })
    }
}
