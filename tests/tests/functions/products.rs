//! What does anybody see of the catalog?

use serde_json::{Value, json};

use crate::shop::{ORDER, Shop, event, http};

async fn list(shop: &Shop, query: Value) -> Value {
    let mut event = event("products-list");
    event["queryStringParameters"] = query;
    http(shop.invoke("products-list", event).await)
}

fn skus(answer: &Value) -> Vec<&str> {
    let products = answer["body"]["products"].as_array().unwrap();
    products
        .iter()
        .map(|product| product["sku"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_product_is_shown_to_anyone_whatever_its_name() {
    let shop = Shop::open().await;
    let answer = shop.ask("products-get").await;
    assert_eq!(
        answer,
        json!({
            "status": 200,
            "headers": {"Content-Type": "application/json", "X-Correlation-Id": "req-7f3a2b10"},
            "body": {
                "sku": "Tee + Käse",
                "name": "Tea with cheese",
                "description": "Tea with cheese, as good as new",
                "price": {"amount_minor": 600, "currency": "EUR"},
                "available": 5,
            },
        })
    );
}

#[tokio::test]
async fn a_product_that_nobody_sells_is_not_found() {
    let shop = Shop::open().await;
    let answer = shop.ask("products-get.rejected").await;
    let problem = json!({
        "type": "https://popshop.example/problems/not-found",
        "title": "There is no such thing here",
        "status": 404,
    });
    assert_eq!((&answer["status"], &answer["body"]), (&json!(404), &problem));
    for sku in ["", "a/b", "..", "%FF"] {
        let mut event = event("products-get");
        event["pathParameters"]["sku"] = json!(sku);
        assert_eq!(http(shop.invoke("products-get", event).await)["body"], problem, "{sku}");
    }
}

#[tokio::test]
async fn products_are_listed_page_by_page_to_anyone() {
    let shop = Shop::open().await;
    let mut page = shop.ask("products-list").await;
    let mut seen = Vec::new();
    loop {
        assert_eq!(page["status"], 200);
        seen.extend(skus(&page).into_iter().map(str::to_owned));
        let cursor = &page["body"]["next_cursor"];
        if cursor.is_null() {
            break;
        }
        page = list(&shop, json!({"limit": "1", "cursor": cursor})).await;
    }
    seen.sort();
    assert_eq!(seen, ["MUG-01", "POSTER-JP", "TEE-01", "Tee + Käse"]);
    assert_eq!(skus(&list(&shop, json!({})).await).len(), 4);
}

#[tokio::test]
async fn a_limit_out_of_range_and_a_changed_cursor_are_refused() {
    let shop = Shop::open().await;
    let answer = shop.ask("products-list.rejected").await;
    assert_eq!(
        answer["body"],
        json!({
            "type": "https://popshop.example/problems/invalid-limit",
            "title": "The page size is out of range",
            "status": 400,
            "detail": "limit is a whole number from 1 to 100",
        })
    );
    // A cursor of the orders' list is signed with the same key, and for nothing else.
    let orders = shop.cursors.sign("orders", "MUG-01");
    for cursor in ["", "MUG-01", &orders] {
        assert_eq!(list(&shop, json!({"cursor": cursor})).await["status"], 400, "{cursor}");
    }
}

#[tokio::test]
async fn what_is_reserved_is_no_longer_available() {
    let shop = Shop::open().await;
    shop.place(ORDER, "tok_ok", &json!([{"sku": "Tee + Käse", "quantity": 2}]))
        .await;
    shop.step("saga-reserve-stock", ORDER).await.unwrap();
    let answer = shop.ask("products-get").await;
    assert_eq!(answer["body"]["available"], 3);
}
