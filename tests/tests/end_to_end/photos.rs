//! Tests that a photo becomes upright thumbnails, and that a damaged one is rejected.

use serde_json::json;
use tests::client::Client;
use tests::photo::{Picture, sideways_photo, sideways_photo_of};
use tests::shop::Shop;

fn photo_announcement(sku: &str, bytes: &[u8]) -> serde_json::Value {
    json!({ "kind": "product-photo", "sku": sku, "content_type": "image/jpeg", "size_bytes": bytes.len() })
}

fn listed_product(client: &Client, sku: &str) -> serde_json::Value {
    let mut path = "/products?limit=100".to_owned();
    loop {
        let page = client.get(&path, None).json();
        let products = page["products"].as_array().unwrap();
        if let Some(found) = products.iter().find(|product| product["sku"] == sku) {
            return found.clone();
        }
        let cursor = page["next_cursor"]
            .as_str()
            .expect("the product is on one of the pages");
        path = format!("/products?limit=100&cursor={cursor}");
    }
}

#[test]
fn a_sideways_photo_is_shown_upright_in_every_size() {
    let shop = Shop::open();
    let client = &shop.client;
    let olga = client.token("olga", &["staff"]);
    let photo = sideways_photo();
    assert!(photo.windows(12).any(|window| window == b"SECRET-PLACE"));
    let created = client.upload(&olga, &photo_announcement("MUG-01", &photo), &photo);
    let upload = client.settled_upload(&olga, created["status_url"].as_str().unwrap());
    assert_eq!(upload["status"], "DONE", "{upload}");

    let product = client.get("/products/MUG-01", None).json();
    for size_px in [128_usize, 256, 512, 1_024] {
        let url = product["thumbnails"][size_px.to_string()].as_str().unwrap();
        let thumbnail = client.get(url, None);
        assert_eq!(thumbnail.status, 200);
        assert_eq!(thumbnail.header("content-type"), Some("image/jpeg"));
        let leaked = thumbnail
            .bytes
            .windows(6)
            .any(|window| window == b"SECRET" || window == b"Exif\0\0");
        assert!(!leaked, "metadata of the original is left");
        let picture = Picture::decode(&thumbnail.bytes);
        assert_eq!(
            (picture.width_px, picture.height_px),
            (size_px * 3 / 4, size_px),
            "upright, longest side {size_px}"
        );
        let corners = [
            ((0.2, 0.2), [255, 0, 0]),
            ((0.8, 0.2), [0, 255, 0]),
            ((0.2, 0.8), [0, 0, 255]),
            ((0.8, 0.8), [255, 255, 255]),
        ];
        for ((across, down), expected) in corners {
            let found = picture.colour_at(across, down);
            let is_close = found
                .iter()
                .zip(expected)
                .all(|(found, expected)| found.abs_diff(expected) < 24);
            assert!(
                is_close,
                "{size_px} px at {across}, {down}: {found:?} instead of {expected:?}"
            );
        }
    }
    // The list has its own links to the same pictures.
    let listed = listed_product(client, "MUG-01");
    assert_eq!(
        client.get(listed["thumbnails"]["128"].as_str().unwrap(), None).status,
        200
    );
    let unsigned = product["thumbnails"]["128"]
        .as_str()
        .unwrap()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        client.get(&unsigned, None).status,
        403,
        "a link without its signature opens nothing"
    );
}

#[test]
fn a_damaged_photo_is_rejected_permanently() {
    let shop = Shop::open();
    let client = &shop.client;
    let olga = client.token("olga", &["staff"]);
    let whole = sideways_photo_of(640, 480);
    for bytes in [&whole[..whole.len() / 2], b"<svg>not a photo</svg>".as_slice()] {
        let created = client.upload(&olga, &photo_announcement("MUG-01", bytes), bytes);
        let upload = client.settled_upload(&olga, created["status_url"].as_str().unwrap());
        assert_eq!(upload["status"], "REJECTED", "{upload}");
        assert!(
            upload["reason"].as_str().is_some_and(|reason| !reason.is_empty()),
            "{upload}"
        );
    }
}

#[test]
fn the_newest_photo_of_a_product_with_an_awkward_name_wins() {
    let shop = Shop::open();
    let client = &shop.client;
    let olga = client.token("olga", &["staff"]);
    let sku = "Tee + Käse 50%2F";
    let file = tests::catalog::one_product(sku, "9.99", 3);
    client.import_catalog(&olga, "tee.csv", file.as_bytes());

    let (older, newer) = (sideways_photo_of(64, 48), sideways_photo_of(320, 240));
    let first = client
        .post("/uploads", &olga, &[], &photo_announcement(sku, &older))
        .json();
    let second = client.upload(&olga, &photo_announcement(sku, &newer), &newer);
    client.settled_upload(&olga, second["status_url"].as_str().unwrap());
    // Announced earlier and uploaded later: it counts as the older one.
    assert_eq!(client.put_file(&first, &older).status, 200);
    client.settled_upload(&olga, first["status_url"].as_str().unwrap());

    let product = client.get("/products/Tee%20+%20K%C3%A4se%2050%252F", None).json();
    assert_eq!(product["sku"], sku);
    let thumbnail = client.get(product["thumbnails"]["1024"].as_str().unwrap(), None);
    let picture = Picture::decode(&thumbnail.bytes);
    assert_eq!(
        (picture.width_px, picture.height_px),
        (240, 320),
        "not enlarged, and of the newer photo"
    );
}
