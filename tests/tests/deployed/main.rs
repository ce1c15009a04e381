//! Tests a deployed stage over its HTTP API. `cargo xtask verify` runs them, against AWS or the local cloud.
//!
//! `reads` changes nothing. `writes` imports a product under a name of its own, orders it, cancels the order and
//! uploads a photo; the product stays.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use serde_json::{Value, json};
use tests::client::Client;

/// The file that `infra/local-cloud/stage.py` wrote.
fn stage() -> Value {
    let file = std::env::var("DEPLOYED_STAGE").expect("DEPLOYED_STAGE names the file that describes the stage");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn client(stage: &Value) -> Client {
    let client = Client::new(stage["base_url"].as_str().unwrap());
    match stage["host"].as_str() {
        Some(host) => client.with_host(host),
        None => client,
    }
}

mod reads {
    use super::*;

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify"]
    fn anybody_may_list_products() {
        let page = client(&stage()).get("/products?limit=5", None);
        assert_eq!(page.status, 200, "{}", String::from_utf8_lossy(&page.bytes));
        assert!(page.json()["products"].as_array().unwrap().len() <= 5);
        assert!(page.header("x-correlation-id").is_some(), "a function answered");
    }

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify"]
    fn an_unknown_product_is_a_problem_with_a_correlation_id() {
        let answer = client(&stage()).get("/products/NO-SUCH-PRODUCT", None);
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(answer.header("x-correlation-id").is_some());
    }

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify"]
    fn nobody_reads_orders_or_uploads_without_a_valid_token() {
        let client = client(&stage());
        for path in [
            "/orders",
            "/orders/0192e5a0-7c11-7b3a-9c5d-6a1f00000001",
            "/uploads/0192e5a0-7c11-7b3a-9c5d-6a1f00000001",
        ] {
            for token in [None, Some("not.a.token")] {
                assert_eq!(client.get(path, token).status, 401, "{path}");
            }
        }
    }
}

mod writes {
    use std::time::{SystemTime, UNIX_EPOCH};

    use tests::photo::sideways_photo;

    use super::*;

    /// A product that no other run sells.
    fn new_sku(purpose: &str) -> String {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        format!("VERIFY-{purpose}-{started:X}")
    }

    fn token<'a>(stage: &'a Value, person: &str) -> &'a str {
        stage["tokens"][person]
            .as_str()
            .expect("the stage was described with people")
    }

    fn stocked(client: &Client, stage: &Value, sku: &str) {
        let file = tests::catalog::one_product(sku, "12.50", 5);
        let upload = client.import_catalog(token(stage, "staff"), "verify.csv", file.as_bytes());
        assert_eq!(upload["status"], "DONE", "{upload}");
        client.wait_for("the product to be on sale", || {
            (client.get(&format!("/products/{sku}"), None).status == 200).then_some(())
        });
    }

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify --write"]
    fn an_order_is_confirmed_once_and_its_cancellation_returns_the_stock() {
        let stage = stage();
        let (client, sku, customer) = (client(&stage), new_sku("ORDER"), token(&stage, "customer"));
        stocked(&client, &stage, &sku);
        let placed = client.place_order(customer, &sku, &[(&sku, 2)], "tok_ok");
        assert_eq!(placed.status, 202, "{}", String::from_utf8_lossy(&placed.bytes));
        let id = placed.json()["id"].as_str().unwrap().to_owned();
        let order = client.decided_order(customer, &id);
        assert_eq!(order["status"], "CONFIRMED", "{order}");
        assert_eq!(client.available(&sku), 3);
        let replayed = client.place_order(customer, &sku, &[(&sku, 2)], "tok_ok");
        assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
        let cancelled = client.post(
            &format!("/orders/{id}/cancel"),
            customer,
            &[("idempotency-key", &id)],
            &json!({}),
        );
        assert_eq!(cancelled.status, 202, "{}", String::from_utf8_lossy(&cancelled.bytes));
        assert_eq!(client.decided_order(customer, &id)["status"], "CANCELLED");
        assert_eq!(client.available(&sku), 5);
    }

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify --write"]
    fn a_declined_card_rejects_the_order() {
        let stage = stage();
        let (client, sku, customer) = (client(&stage), new_sku("DECLINED"), token(&stage, "customer"));
        stocked(&client, &stage, &sku);
        let placed = client.place_order(customer, &sku, &[(&sku, 1)], "tok_declined");
        let order = client.decided_order(customer, placed.json()["id"].as_str().unwrap());
        assert_eq!(
            (&order["status"], &order["reason"]),
            (&json!("REJECTED"), &json!("payment_declined"))
        );
        assert_eq!(client.available(&sku), 5);
    }

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify --write"]
    fn a_photo_becomes_thumbnails_that_their_links_show() {
        let stage = stage();
        let (client, sku, photo) = (client(&stage), new_sku("PHOTO"), sideways_photo());
        stocked(&client, &stage, &sku);
        let announcement =
            json!({ "kind": "product-photo", "sku": sku, "content_type": "image/jpeg", "size_bytes": photo.len() });
        let created = client.upload(token(&stage, "staff"), &announcement, &photo);
        let upload = client.settled_upload(token(&stage, "staff"), created["status_url"].as_str().unwrap());
        assert_eq!(upload["status"], "DONE", "{upload}");
        let product = client.get(&format!("/products/{sku}"), None).json();
        let thumbnails = product["thumbnails"].as_object().unwrap();
        assert!(!thumbnails.is_empty(), "{product}");
        for link in thumbnails.values() {
            assert_eq!(client.get(link.as_str().unwrap(), None).status, 200, "{link}");
        }
    }

    #[test]
    #[ignore = "needs a deployed stage: cargo xtask verify --write"]
    fn a_customer_may_not_upload() {
        let stage = stage();
        let announcement = json!({ "kind": "catalog", "file_name": "a.csv", "size_bytes": 10 });
        let answer = client(&stage).post("/uploads", token(&stage, "customer"), &[], &announcement);
        assert_eq!(answer.status, 403);
    }
}
