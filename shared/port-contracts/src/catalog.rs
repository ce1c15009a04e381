//! The contract of `ProductCatalog` and `CatalogWriter`.

use std::sync::Arc;

use domain::catalog::ports::{ApplyOutcome, CatalogWriter, ProductCatalog};
use domain::catalog::product::Product;
use domain::thumbnails::ports::{PhotoShown, ProductPhotos, ShowOutcome};
use domain::values::Sku;

use crate::samples::{COMPETITORS, at, at_once, catalog_row, euros, sku, upload_id, version};

/// The ports that write and show products, over one store.
pub struct ProductPorts {
    /// Writes rows.
    pub writer: Arc<dyn CatalogWriter>,
    /// Shows what was written.
    pub catalog: Arc<dyn ProductCatalog>,
    /// Writes the photos of the same products.
    pub photos: Arc<dyn ProductPhotos>,
}

/// The contract of these ports. The list may hold other products.
pub async fn products(ports: &ProductPorts) {
    a_row_becomes_a_product(ports).await;
    the_greatest_version_wins_in_any_order(ports).await;
    competing_rows_leave_the_newest(ports).await;
    the_newest_photo_wins_in_any_order(ports).await;
    photo_and_catalog_leave_each_other_alone(ports).await;
    the_list_is_in_order_of_skus(ports).await;
}

async fn a_row_becomes_a_product(ports: &ProductPorts) {
    let sku = sku();
    assert_eq!(ports.catalog.find(&sku).await.unwrap(), None);
    let row = catalog_row(&sku, 1_250, 7);
    assert_eq!(
        ports.writer.apply(&row, version(1, 0), at(0)).await.unwrap(),
        ApplyOutcome::Applied
    );
    let expected = Product {
        sku: sku.clone(),
        details: row.details,
        available: 7,
        thumbnails: Vec::new(),
    };
    assert_eq!(ports.catalog.find(&sku).await.unwrap(), Some(expected));
}

async fn the_greatest_version_wins_in_any_order(ports: &ProductPorts) {
    let sku = sku();
    let steps = [
        // upload sequence, byte offset, price, outcome
        (2, 500, 1, ApplyOutcome::Applied),
        (2, 500, 2, ApplyOutcome::Superseded),
        (2, 499, 3, ApplyOutcome::Superseded),
        (1, 9_000, 4, ApplyOutcome::Superseded),
        (2, 501, 5, ApplyOutcome::Applied),
        (10, 0, 6, ApplyOutcome::Applied),
        (9, 5_000_000_000, 7, ApplyOutcome::Superseded),
    ];
    let mut price = 0;
    for (sequence, offset, price_minor, expected) in steps {
        let row = catalog_row(&sku, price_minor, 1);
        let outcome = ports
            .writer
            .apply(&row, version(sequence, offset), at(0))
            .await
            .unwrap();
        assert_eq!(outcome, expected, "{sequence}/{offset}");
        if outcome == ApplyOutcome::Applied {
            price = price_minor;
        }
        assert_eq!(
            found(ports, &sku).await.details.price,
            euros(price),
            "{sequence}/{offset}"
        );
    }
}

async fn competing_rows_leave_the_newest(ports: &ProductPorts) {
    let sku = sku();
    at_once(|number| {
        let writer = Arc::clone(&ports.writer);
        let number = u64::try_from(number).unwrap();
        let row = catalog_row(&sku, i64::try_from(number).unwrap(), 1);
        async move { writer.apply(&row, version(1, number), at(0)).await.unwrap() }
    })
    .await;
    let newest = i64::try_from(COMPETITORS - 1).unwrap();
    assert_eq!(found(ports, &sku).await.details.price, euros(newest));
}

async fn the_newest_photo_wins_in_any_order(ports: &ProductPorts) {
    let sku = sku();
    ports
        .writer
        .apply(&catalog_row(&sku, 1, 1), version(1, 0), at(0))
        .await
        .unwrap();
    let photos: Vec<PhotoShown> = [7, 5, 7, 8].map(|sequence| photo(&sku, sequence)).to_vec();
    let mut outcomes = Vec::new();
    for photo in &photos {
        outcomes.push(ports.photos.show(photo, at(1)).await.unwrap());
    }
    let expected = [
        ShowOutcome::Shown,
        ShowOutcome::Superseded,
        ShowOutcome::Superseded,
        ShowOutcome::Shown,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(found(ports, &sku).await.thumbnails, photos[3].keys);
}

async fn photo_and_catalog_leave_each_other_alone(ports: &ProductPorts) {
    let sku = sku();
    let photo_first = photo(&sku, 3);
    assert_eq!(
        ports.photos.show(&photo_first, at(0)).await.unwrap(),
        ShowOutcome::Shown
    );
    assert_eq!(
        ports.catalog.find(&sku).await.unwrap(),
        None,
        "a photo alone is no product"
    );
    let listed = ports.catalog.list(Some(&just_before(&sku)), 1).await.unwrap();
    assert!(listed.products.iter().all(|product| product.sku != sku));

    ports
        .writer
        .apply(&catalog_row(&sku, 1_250, 7), version(1, 0), at(1))
        .await
        .unwrap();
    let product = found(ports, &sku).await;
    assert_eq!((product.thumbnails, product.available), (photo_first.keys, 7));
    let next = photo(&sku, 4);
    ports.photos.show(&next, at(2)).await.unwrap();
    let product = found(ports, &sku).await;
    assert_eq!(
        (product.thumbnails, product.details.price, product.available),
        (next.keys, euros(1_250), 7)
    );
}

async fn the_list_is_in_order_of_skus(ports: &ProductPorts) {
    let stem = crate::samples::unique("listed");
    let mut skus: Vec<Sku> = ["b", "a", "B", "ä", "a b", "1"]
        .map(|end| Sku::parse(&format!("{stem}-{end}")).unwrap())
        .to_vec();
    for sku in &skus {
        ports
            .writer
            .apply(&catalog_row(sku, 1, 1), version(1, 0), at(0))
            .await
            .unwrap();
    }
    skus.sort();
    let before = Sku::parse(&stem).unwrap();
    for limit in [1, 4, 100] {
        let mut listed = Vec::new();
        let mut after = Some(before.clone());
        while let Some(position) = after {
            let page = ports.catalog.list(Some(&position), limit).await.unwrap();
            assert!(page.products.len() <= limit);
            let ours = page.products.into_iter().map(|product| product.sku);
            listed.extend(ours.filter(|sku| sku.as_str().starts_with(&stem)));
            // Whatever comes after ours in the store does not matter.
            after = page.next.filter(|_| listed.len() < skus.len());
        }
        assert_eq!(listed, skus, "in pages of {limit}");
    }
    let first = ports.catalog.list(None, 1).await.unwrap();
    assert!(
        first.products.iter().all(|product| product.sku <= skus[0]),
        "the list begins at its beginning"
    );
}

async fn found(ports: &ProductPorts, sku: &Sku) -> Product {
    ports.catalog.find(sku).await.unwrap().expect("the product was applied")
}

fn photo(sku: &Sku, sequence: u64) -> PhotoShown {
    let upload_id = upload_id();
    let keys = [128, 1_024]
        .map(|size| (size, format!("{sku}/{upload_id}/{size}.jpg")))
        .to_vec();
    PhotoShown {
        sku: sku.clone(),
        upload_id,
        sequence,
        keys,
    }
}

/// A position in the list that this SKU comes right after.
fn just_before(sku: &Sku) -> Sku {
    let text = sku.as_str();
    Sku::parse(&text[..text.len() - 1]).unwrap()
}
