//! What do customers get when they place, see, list and cancel orders?

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::idempotency::SqliteIdempotencyStore;
use domain::orders::ports::{IdempotencyClaim, IdempotencyStore};
use domain::ports::Clock;
use domain::values::CustomerId;
use port_contracts::samples;
use serde_json::{Value, json};

use crate::shop::{ANN, ORDER, OTHER_ORDER, Shop, event, http};

fn problem(slug: &str, title: &str, status: u16) -> Value {
    json!({"type": format!("https://popshop.example/problems/{slug}"), "title": title, "status": status})
}

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
async fn a_placed_order_is_answered_with_itself_and_its_address() {
    let shop = Shop::open().await;
    shop.ids.announce(ORDER);
    let answer = shop.ask("orders-place").await;
    assert_eq!(
        answer,
        json!({
            "status": 202,
            "headers": {
                "Cache-Control": "no-store",
                "Content-Type": "application/json",
                "Location": format!("/orders/{ORDER}"),
                "X-Correlation-Id": "req-7f3a2b10",
            },
            "body": {
                "id": ORDER,
                "status": "PENDING",
                "items": [
                    {"sku": "MUG-01", "quantity": 2, "unit_price": {"amount_minor": 1250, "currency": "EUR"}},
                    {"sku": "TEE-01", "quantity": 1, "unit_price": {"amount_minor": 2000, "currency": "EUR"}},
                ],
                "total": {"amount_minor": 4500, "currency": "EUR"},
                "created_at": "2026-11-01T10:00:00.000Z",
                "updated_at": "2026-11-01T10:00:00.000Z",
            },
        })
    );
    assert_eq!(shop.order(ORDER).await, answer["body"]);
}

#[tokio::test]
async fn an_order_with_faults_is_told_all_of_them() {
    let shop = Shop::open().await;
    let answer = shop.ask("orders-place.rejected").await;
    let mut body = problem("invalid-content", "The body has faults in its content", 422);
    body["errors"] = json!([
        {"pointer": "/note", "detail": "is not a member of this object"},
        {"pointer": "/items/0/quantity", "detail": "a quantity is between 1 and 99"},
        {"pointer": "/items/2/sku", "detail": "is the sku of an earlier item"},
        {"pointer": "/items/2/quantity", "detail": "a quantity is between 1 and 99"},
        {"pointer": "/payment_token", "detail": "the identifier has a character that is not allowed"},
    ]);
    let headers = json!({
        "Cache-Control": "no-store",
        "Content-Type": "application/problem+json",
        "X-Correlation-Id": "req-7f3a2b10",
    });
    assert_eq!(answer, json!({"status": 422, "headers": headers, "body": body}));
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
        payload_hash: orders_place::payload_hash(&body).unwrap(),
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

#[tokio::test]
async fn an_order_is_shown_to_its_customer_alone() {
    let shop = Shop::with_order("tok_ok").await;
    let answer = shop.ask("orders-get").await;
    assert_eq!((&answer["status"], &answer["body"]["id"]), (&json!(200), &json!(ORDER)));
    let anothers = shop.ask("orders-get.rejected").await;
    assert_eq!(anothers["status"], 404);
    assert_eq!(
        anothers["body"],
        problem("not-found", "There is no such thing here", 404)
    );
    for id in [OTHER_ORDER, "no%20id", "ä"] {
        let mut absent = event("orders-get");
        absent["pathParameters"]["id"] = json!(id);
        assert_eq!(
            http(shop.invoke("orders-get", absent).await)["body"],
            anothers["body"],
            "{id}"
        );
    }
}

async fn list(shop: &Shop, query: Value) -> Value {
    let mut event = event("orders-list");
    event["queryStringParameters"] = query;
    http(shop.invoke("orders-list", event).await)
}

fn ids(answer: &Value) -> Vec<&str> {
    let orders = answer["body"]["orders"].as_array().unwrap();
    orders.iter().map(|order| order["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn orders_are_listed_newest_first_page_by_page() {
    let shop = Shop::with_order("tok_ok").await;
    shop.clock.advance(Duration::from_secs(1));
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    let first = shop.ask("orders-list").await;
    assert_eq!((&first["status"], ids(&first)), (&json!(200), vec![OTHER_ORDER]));
    let cursor = &first["body"]["next_cursor"];
    let second = list(&shop, json!({"limit": "100", "status": "PENDING", "cursor": cursor})).await;
    assert_eq!(
        (ids(&second), &second["body"]["next_cursor"]),
        (vec![ORDER], &json!(null))
    );
    let confirmed = list(&shop, json!({"status": "CONFIRMED"})).await;
    assert_eq!(confirmed["body"], json!({"orders": [], "next_cursor": null}));
}

#[tokio::test]
async fn a_cursor_that_was_changed_or_belongs_to_another_list_is_refused() {
    let shop = Shop::with_order("tok_ok").await;
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    let changed = shop.ask("orders-list.rejected").await;
    let mut expected = problem("invalid-cursor", "The page token is not valid for this list", 400);
    expected["detail"] = json!("take the token from next_cursor of the same list, unchanged, or start without one");
    assert_eq!(changed["body"], expected);

    let first = list(&shop, json!({"limit": "1"})).await;
    let cursor = first["body"]["next_cursor"].clone();
    assert_eq!(list(&shop, json!({"cursor": cursor})).await["status"], 200);
    let other_filter = list(&shop, json!({"cursor": cursor, "status": "PENDING"})).await;
    assert_eq!(other_filter["body"], expected);
    let mut bobs = event("orders-list");
    bobs["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("bob");
    bobs["queryStringParameters"] = json!({"cursor": cursor});
    assert_eq!(http(shop.invoke("orders-list", bobs).await)["body"], expected);
}

#[tokio::test]
async fn a_limit_or_status_out_of_range_is_refused() {
    let shop = Shop::open().await;
    for query in [
        json!({"limit": "0"}),
        json!({"limit": "101"}),
        json!({"limit": "ten"}),
        json!({"status": "LOST"}),
    ] {
        assert_eq!(list(&shop, query.clone()).await["status"], 400, "{query}");
    }
    for limit in ["1", "100"] {
        assert_eq!(list(&shop, json!({"limit": limit})).await["status"], 200, "{limit}");
    }
}

#[tokio::test]
async fn a_confirmed_order_begins_to_be_cancelled_however_often_that_is_asked() {
    let shop = Shop::with_order("tok_ok").await;
    shop.confirm(ORDER).await;
    let answer = shop.ask("orders-cancel").await;
    assert_eq!(
        (&answer["status"], &answer["body"]["status"]),
        (&json!(202), &json!("CANCELLING"))
    );
    assert_eq!(answer["headers"]["Location"], format!("/orders/{ORDER}"));
    let again = shop.ask("orders-cancel").await;
    assert_eq!(again, answer);
}

#[tokio::test]
async fn a_pending_order_may_be_cancelled_later_and_a_rejected_one_never() {
    let shop = Shop::open().await;
    shop.place_mugs(OTHER_ORDER, "tok_ok").await;
    let pending = shop.ask("orders-cancel.rejected").await;
    let mut body = problem("conflict", "The request does not fit the current state", 409);
    body["detail"] = json!("an order that is PENDING cannot be cancelled");
    assert_eq!((&pending["status"], &pending["body"]), (&json!(409), &body));
    assert_eq!(pending["headers"]["Retry-After"], "2");

    shop.send("saga-reject-order.rejected").await.unwrap();
    let rejected = shop.ask("orders-cancel.rejected").await;
    assert_eq!(
        (&rejected["status"], rejected["headers"].get("Retry-After")),
        (&json!(409), None)
    );
    let absent = shop.ask("orders-cancel").await;
    assert_eq!(absent["status"], 404);
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
