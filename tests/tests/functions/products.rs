//! Does the catalog show what orders leave of it?

use serde_json::json;

use crate::shop::{ORDER, Shop};

#[tokio::test]
async fn what_is_reserved_is_no_longer_available() {
    let shop = Shop::open().await;
    shop.place(ORDER, "tok_ok", &json!([{"sku": "Tee + Käse", "quantity": 2}]))
        .await;
    shop.step("saga-reserve-stock", ORDER).await.unwrap();
    let answer = shop.ask("products-get").await;
    assert_eq!(answer["body"]["available"], 3);
}
