//! A customer sees products with links that work, page by page.

use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::time::SetClock;
use domain::catalog::get_product::{GetProduct, ProductView, THUMBNAIL_LINK_LIVES};
use domain::catalog::list_products::{ListProducts, PRODUCTS_PAGE_MAX, ProductPageView};
use domain::catalog::product::{Product, ProductDetails};
use domain::thumbnails::ports::PhotoShown;
use domain::values::{Currency, Money, Sku, Timestamp, UploadId};

fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(Timestamp::from_unix_ms(1_000)))
}

fn euro() -> Money {
    Money::new(100, Currency::parse("EUR").unwrap()).unwrap()
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn product(text: &str) -> Product {
    Product {
        sku: sku(text),
        details: ProductDetails::new(text, "", euro()),
        available: 1,
        thumbnails: vec![(128, format!("{text}/128")), (256, format!("{text}/256"))],
    }
}

fn shelf() -> Arc<Memory> {
    let shelf = Memory::new(clock());
    shelf.change(|tables| {
        for text in ["A", "B", "C"] {
            tables.products.put(&sku(text), euro(), 1);
            let photo = PhotoShown {
                sku: sku(text),
                upload_id: UploadId::parse("up-1").unwrap(),
                sequence: 1,
                keys: product(text).thumbnails,
            };
            tables.products.rows.entry(sku(text)).or_default().photo = Some(photo);
        }
    });
    shelf
}

async fn list(shelf: &Arc<Memory>, after: Option<&str>, limit: usize) -> ProductPageView {
    let list = ListProducts {
        catalog: shelf.clone(),
        links: shelf.clone(),
        clock: clock(),
    };
    list.run(after.map(sku).as_ref(), limit).await.unwrap()
}

fn links(view: &ProductView) -> Vec<(u32, &str)> {
    view.thumbnails
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
        clock: clock(),
    };
    let view = get.run(&sku("B")).await.unwrap().unwrap();
    assert_eq!(THUMBNAIL_LINK_LIVES.as_secs(), 3_600);
    assert_eq!(
        links(&view),
        [
            (128, "https://thumbnails.example.test/B/128?expires=3601000"),
            (256, "https://thumbnails.example.test/B/256?expires=3601000")
        ]
    );
    assert_eq!(view.product, product("B"));
    assert_eq!(get.run(&sku("Z")).await.unwrap(), None);
}

#[tokio::test]
async fn products_are_listed_page_by_page() {
    let shelf = shelf();
    let first = list(&shelf, None, 2).await;
    assert_eq!((first.products.len(), first.next), (2, Some(sku("B"))));
    let second = list(&shelf, Some("B"), 2).await;
    assert_eq!(second.products.len(), 1);
    assert_eq!(
        links(&second.products[0])[0],
        (128, "https://thumbnails.example.test/C/128?expires=3601000")
    );
}

#[tokio::test]
async fn a_page_has_between_one_product_and_the_maximum() {
    let shelf = shelf();
    shelf.change(|tables| {
        for number in 0..=PRODUCTS_PAGE_MAX {
            tables.products.put(&sku(&format!("S{number}")), euro(), 1);
        }
    });
    for (limit, length) in [
        (0, 1),
        (1, 1),
        (PRODUCTS_PAGE_MAX, PRODUCTS_PAGE_MAX),
        (usize::MAX, PRODUCTS_PAGE_MAX),
    ] {
        assert_eq!(list(&shelf, None, limit).await.products.len(), length, "{limit}");
    }
}
