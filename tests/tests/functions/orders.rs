//! What do customers get when they place an order again, or in another form?

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::idempotency::SqliteIdempotencyStore;
use domain::orders::ports::{IdempotencyClaim, IdempotencyStore, PayloadHash};
use domain::ports::Clock;
use domain::values::CustomerId;
use entry::legacy_payload_hash::legacy_payload_hash;
use entry::payload_hash::payload_hash;
use function_tests::ANN;
use port_contracts::samples;
use serde_json::{Value, json};

use crate::shop::{ORDER, OTHER_ORDER, Shop, event, http};

fn pointers(answer: &Value) -> Vec<&str> {
    let errors = answer["body"]["errors"].as_array().expect("a list of errors");
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn place_body(shop: &Shop, key: &str, body: &Value) -> Value {
    let mut event = event("orders-place");
    event["headers"]["idempotency-key"] = json!(key);
    event["body"] = json!(body.to_string());
    http(shop.invoke("orders-place", event).await)
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_no_second_order() {
    let shop = Shop::open().await;
    shop.ids.announce(ORDER);
    let first = shop.ask("orders-place").await;
    // Spelled otherwise, later, after the price changed and half the order was fulfilled: still the same request.
    let mut again = event("orders-place");
    again["body"] =
        json!(r#" {"payment_token":"tok_ok", "items":[{"quantity":2,"sku":"MUG-01"},{"quantity":1,"sku":"TEE-01"}]} "#);
    shop.clock.advance(Duration::from_hours(24));
    shop.confirm(ORDER).await;
    let mut replay = http(shop.invoke("orders-place", again).await);
    let replayed = replay["headers"]
        .as_object_mut()
        .unwrap()
        .remove("Idempotency-Replayed");
    assert_eq!(replayed, Some(json!("true")));
    assert_eq!(replay, first);
}

#[tokio::test]
async fn a_key_belongs_to_one_payload_of_one_customer() {
    let shop = Shop::open().await;
    shop.ids.announce(ORDER);
    shop.ask("orders-place").await;
    let key = event("orders-place")["headers"]["idempotency-key"].clone();
    let body = json!({"items": [{"sku": "MUG-01", "quantity": 1}], "payment_token": "tok_ok"});
    let reused = place_body(&shop, key.as_str().unwrap(), &body).await;
    assert_eq!(
        (&reused["status"], &reused["body"]["title"]),
        (&json!(422), &json!("This Idempotency-Key was used for another request"))
    );

    let mut bobs = event("orders-place");
    bobs["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("bob");
    shop.ids.announce(OTHER_ORDER);
    let bobs = http(shop.invoke("orders-place", bobs).await);
    assert_eq!(bobs["body"]["id"], OTHER_ORDER);
}

#[tokio::test]
async fn a_request_still_in_progress_is_a_conflict_until_its_lease_is_over() {
    let shop = Shop::open().await;
    let idempotency = SqliteIdempotencyStore {
        database: shop.database.clone(),
    };
    let body = json!({"items": [{"sku": "MUG-01", "quantity": 1}], "payment_token": "tok_ok"});
    let claim = IdempotencyClaim {
        payload_hash: PayloadHash {
            current: payload_hash(&body).unwrap().into_bytes(),
            legacy: legacy_payload_hash(&body),
        },
        ..samples::claim(&CustomerId::parse(ANN).unwrap(), "key-1", 0, shop.clock.now())
    };
    idempotency.claim(&claim).await.unwrap();
    let answer = place_body(&shop, "key-1", &body).await;
    assert_eq!(
        (&answer["status"], &answer["headers"]["Retry-After"]),
        (&json!(409), &json!("2"))
    );

    shop.clock.advance(Duration::from_secs(11));
    shop.ids.announce(ORDER);
    assert_eq!(place_body(&shop, "key-1", &body).await["status"], 202);
}

#[tokio::test]
async fn what_only_the_catalog_knows_is_told_with_its_place_and_frees_the_key() {
    let shop = Shop::open().await;
    let order = |items: Value| json!({"items": items, "payment_token": "tok_ok"});
    let unknown = order(json!([
        {"sku": "MUG-01", "quantity": 1}, {"sku": "MUG-98", "quantity": 1}, {"sku": "MUG-99", "quantity": 1},
    ]));
    let answer = place_body(&shop, "key-1", &unknown).await;
    assert_eq!(
        (&answer["status"], pointers(&answer)),
        (&json!(422), vec!["/items/1/sku", "/items/2/sku"])
    );
    let mixed = order(json!([{"sku": "MUG-01", "quantity": 1}, {"sku": "POSTER-JP", "quantity": 1}]));
    let answer = place_body(&shop, "key-1", &mixed).await;
    assert_eq!(
        (&answer["status"], pointers(&answer)),
        (&json!(422), vec!["/items/1/sku"])
    );
    // Stock is never looked at here: more than there is may be asked for.
    shop.ids.announce(ORDER);
    let many = order(json!([{"sku": "MUG-01", "quantity": 99}]));
    assert_eq!(place_body(&shop, "key-1", &many).await["status"], 202);
}

#[tokio::test]
async fn a_request_in_the_wrong_form_is_refused_before_anything_is_done() {
    let shop = Shop::open().await;
    let status = async |change: &dyn Fn(&mut Value)| {
        let mut event = event("orders-place");
        change(&mut event);
        let answer = http(shop.invoke("orders-place", event).await);
        let slug = answer["body"]["type"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        (answer["status"].as_u64().unwrap(), slug)
    };
    let key = |value: Value| move |event: &mut Value| event["headers"]["idempotency-key"] = value.clone();
    let body = |text: &str| {
        let text = text.to_owned();
        move |event: &mut Value| event["body"] = json!(text)
    };
    let expected = |status: u64, slug: &str| (status, slug.to_owned());
    let no_key = |event: &mut Value| {
        event["headers"].as_object_mut().unwrap().remove("idempotency-key");
    };
    assert_eq!(status(&no_key).await, expected(400, "idempotency-key-missing"));
    assert_eq!(
        status(&key(json!("two words"))).await,
        expected(400, "idempotency-key-malformed")
    );
    assert_eq!(
        status(&key(json!("k".repeat(256)))).await,
        expected(400, "idempotency-key-malformed")
    );
    let text = |event: &mut Value| event["headers"]["content-type"] = json!("text/plain");
    assert_eq!(status(&text).await, expected(415, "not-json"));
    assert_eq!(status(&body("{\"items\":")).await, expected(400, "malformed-json"));
    assert_eq!(status(&body("")).await, expected(400, "malformed-json"));
    assert_eq!(status(&body("[]")).await, expected(422, "invalid-content"));
    assert_eq!(
        status(&body(&" ".repeat(65_537))).await,
        expected(413, "body-too-large")
    );
    let nobody = |event: &mut Value| event["requestContext"]["authorizer"] = json!(null);
    assert_eq!(status(&nobody).await, expected(401, "unauthenticated"));
    let id_token = |event: &mut Value| {
        event["requestContext"]["authorizer"]["jwt"]["claims"]["token_use"] = json!("id");
    };
    assert_eq!(status(&id_token).await, expected(401, "unauthenticated"));
}

#[test]
fn a_handler_can_be_moved_between_threads() {
    fn is_send(_: impl Send) {}
    // Never polled: the host spawns invocations, and this is where it would fail to compile.
    is_send(async {
        let shop = Arc::new(Shop::open().await);
        shop.invoke("orders-place", Value::Null).await.unwrap();
    });
}
