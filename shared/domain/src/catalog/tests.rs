//! Does a customer see products with links that work, page by page?

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::get_product::{GetProduct, SeenProduct, THUMBNAIL_LINK_LIVES};
use super::list_products::{ListProducts, PRODUCTS_PAGE_MAX, SeenProductPage};
use super::ports::{ProductCatalog, ProductPage, ThumbnailLinks};
use super::product::{Product, ProductDetails};
use crate::ports::{Clock, PortFailure};
use crate::values::{Currency, Money, Sku, Timestamp};

#[derive(Default)]
struct Shelf {
    products: Vec<Product>,
    limits: Mutex<Vec<usize>>,
}

#[async_trait]
impl ProductCatalog for Shelf {
    async fn find(&self, sku: &Sku) -> Result<Option<Product>, PortFailure> {
        Ok(self.products.iter().find(|product| product.sku == *sku).cloned())
    }

    async fn list(&self, after: Option<&Sku>, limit: usize) -> Result<ProductPage, PortFailure> {
        self.limits.lock().unwrap().push(limit);
        let later = self
            .products
            .iter()
            .filter(|product| after.is_none_or(|after| product.sku > *after));
        let products: Vec<_> = later.take(limit).cloned().collect();
        let next = products.last().map(|product| product.sku.clone());
        Ok(ProductPage { products, next })
    }
}

#[async_trait]
impl ThumbnailLinks for Shelf {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        Ok(format!("get:{key}@{}", expires_at.unix_ms()))
    }
}

impl Clock for Shelf {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_000)
    }
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn product(text: &str) -> Product {
    Product {
        sku: sku(text),
        details: ProductDetails::new(text, "", Money::new(100, Currency::parse("EUR").unwrap()).unwrap()),
        available: 1,
        thumbnails: vec![(128, format!("{text}/128")), (256, format!("{text}/256"))],
    }
}

fn shelf() -> Arc<Shelf> {
    let products = ["A", "B", "C"].map(product).to_vec();
    Arc::new(Shelf {
        products,
        ..Shelf::default()
    })
}

async fn list(shelf: &Arc<Shelf>, after: Option<&str>, limit: usize) -> SeenProductPage {
    let list = ListProducts {
        catalog: shelf.clone(),
        links: shelf.clone(),
        clock: shelf.clone(),
    };
    list.run(after.map(sku).as_ref(), limit).await.unwrap()
}

fn links(seen: &SeenProduct) -> Vec<(u32, &str)> {
    seen.thumbnails
        .iter()
        .map(|(size_px, url)| (*size_px, url.as_str()))
        .collect()
}

#[tokio::test]
async fn a_product_is_seen_with_links_to_its_thumbnails() {
    let shelf = shelf();
    let get = GetProduct {
        catalog: shelf.clone(),
        links: shelf.clone(),
        clock: shelf,
    };
    let seen = get.run(&sku("B")).await.unwrap().unwrap();
    assert_eq!(THUMBNAIL_LINK_LIVES.as_secs(), 3_600);
    assert_eq!(links(&seen), [(128, "get:B/128@3601000"), (256, "get:B/256@3601000")]);
    assert_eq!(seen.product, product("B"));
    assert_eq!(get.run(&sku("Z")).await.unwrap(), None);
}

#[tokio::test]
async fn products_are_listed_page_by_page() {
    let shelf = shelf();
    let first = list(&shelf, None, 2).await;
    assert_eq!((first.products.len(), first.next), (2, Some(sku("B"))));
    let second = list(&shelf, Some("B"), 2).await;
    assert_eq!(second.products.len(), 1);
    assert_eq!(links(&second.products[0])[0], (128, "get:C/128@3601000"));
}

#[tokio::test]
async fn a_page_has_between_one_product_and_the_maximum() {
    let shelf = shelf();
    for limit in [0, 1, PRODUCTS_PAGE_MAX, usize::MAX] {
        list(&shelf, None, limit).await;
    }
    assert_eq!(
        *shelf.limits.lock().unwrap(),
        [1, 1, PRODUCTS_PAGE_MAX, PRODUCTS_PAGE_MAX]
    );
}
