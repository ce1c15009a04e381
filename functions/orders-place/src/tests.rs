//! Tests of the handler over the shop in memory: its answers, and what it writes.

use std::time::Duration;

use domain::orders::ports::IdempotencyClaim;
use domain::ports::Clock;
use domain::values::CustomerId;
use function_tests::{ANN, ORDER, OTHER_ORDER, World, event, http, problem};
use port_contracts::samples;

use super::*;

async fn answer(world: &World, event: Value) -> Value {
    let place = PlaceOrder::from(&world.shop.ports);
    http(handle(world.invocation_of("orders-place", event), &place).await)
}

async fn place_body(world: &World, key: &str, body: &Value) -> Value {
    let mut event = event("orders-place");
    event["headers"]["idempotency-key"] = json!(key);
    event["body"] = json!(body.to_string());
    answer(world, event).await
}

fn pointers(answer: &Value) -> Vec<&str> {
    let errors = answer["body"]["errors"].as_array().expect("a list of errors");
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_placed_order_is_answered_with_itself_and_its_address() {
    let world = World::open();
    world.ids.announce(ORDER);
    let answer = answer(&world, event("orders-place")).await;
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
    assert_eq!(world.order(ORDER).await, answer["body"]);
}

#[tokio::test]
async fn an_order_with_faults_is_answered_with_all_of_them() {
    let world = World::open();
    let answer = answer(&world, event("orders-place.rejected")).await;
    let mut body = problem("invalid-content", "The request body is invalid", 422);
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
    let world = World::open();
    world.ids.announce(ORDER);
    let first = answer(&world, event("orders-place")).await;
    // Spelled otherwise, later, after the price changed and half the order was fulfilled: still the same request.
    let mut again = event("orders-place");
    again["headers"]["x-correlation-id"] = json!("of-the-second-request");
    again["body"] =
        json!(r#" {"payment_token":"tok_ok", "items":[{"quantity":2,"sku":"MUG-01"},{"quantity":1,"sku":"TEE-01"}]} "#);
    world.clock.advance(Duration::from_hours(24));
    world.confirm(ORDER).await;
    let mut replay = answer(&world, again).await;
    let headers = replay["headers"].as_object_mut().unwrap();
    assert_eq!(headers.remove("Idempotency-Replayed"), Some(json!("true")));
    // The one exception: the id is that of the request, under which its log lines are found.
    let own_id = headers.insert(
        "X-Correlation-Id".to_owned(),
        first["headers"]["X-Correlation-Id"].clone(),
    );
    assert_eq!(own_id, Some(json!("of-the-second-request")));
    assert_eq!(replay, first);
    assert_eq!(world.memory.look(|tables| tables.orders.rows.len()), 1);
}

#[tokio::test]
async fn a_key_belongs_to_one_payload_of_one_customer() {
    let world = World::open();
    answer(&world, event("orders-place")).await;
    let key = event("orders-place")["headers"]["idempotency-key"].clone();
    let body = json!({"items": [{"sku": "MUG-01", "quantity": 1}], "payment_token": "tok_ok"});
    let reused = place_body(&world, key.as_str().unwrap(), &body).await;
    assert_eq!(
        (&reused["status"], &reused["body"]["title"]),
        (&json!(422), &json!("This Idempotency-Key was used for another request"))
    );

    let mut bobs = event("orders-place");
    bobs["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("bob");
    world.ids.announce(OTHER_ORDER);
    assert_eq!(answer(&world, bobs).await["body"]["id"], OTHER_ORDER);
}

#[tokio::test]
async fn a_request_still_in_progress_is_a_conflict_until_its_lease_is_over() {
    let world = World::open();
    let body = json!({"items": [{"sku": "MUG-01", "quantity": 1}], "payment_token": "tok_ok"});
    let claim = IdempotencyClaim {
        payload_hash: payload_hash(&body).unwrap(),
        ..samples::claim(&CustomerId::parse(ANN).unwrap(), "key-1", 0, world.clock.now())
    };
    world.shop.ports.idempotency.claim(&claim).await.unwrap();
    let answer = place_body(&world, "key-1", &body).await;
    assert_eq!(
        (&answer["status"], &answer["headers"]["Retry-After"]),
        (&json!(409), &json!("2"))
    );

    world.clock.advance(Duration::from_secs(11));
    assert_eq!(place_body(&world, "key-1", &body).await["status"], 202);
}

#[tokio::test]
async fn what_only_the_catalog_knows_is_answered_with_its_place_and_frees_the_key() {
    let world = World::open();
    let order = |items: Value| json!({"items": items, "payment_token": "tok_ok"});
    let unknown = order(json!([
        {"sku": "MUG-01", "quantity": 1}, {"sku": "MUG-98", "quantity": 1}, {"sku": "MUG-99", "quantity": 1},
    ]));
    let mixed = order(json!([{"sku": "MUG-01", "quantity": 1}, {"sku": "POSTER-JP", "quantity": 1}]));
    for (body, expected) in [
        (unknown, vec!["/items/1/sku", "/items/2/sku"]),
        (mixed, vec!["/items/1/sku"]),
    ] {
        let answer = place_body(&world, "key-1", &body).await;
        assert_eq!((&answer["status"], pointers(&answer)), (&json!(422), expected));
    }
    // Stock is never looked at here: more than there is may be asked for.
    let many = order(json!([{"sku": "MUG-01", "quantity": 99}]));
    assert_eq!(place_body(&world, "key-1", &many).await["status"], 202);
}

#[tokio::test]
async fn a_request_in_the_wrong_form_is_refused_before_anything_is_done() {
    let world = World::open();
    let (key, token_use) = (
        "/headers/idempotency-key",
        "/requestContext/authorizer/jwt/claims/token_use",
    );
    for (pointer, value, status, slug) in [
        (
            "/headers",
            json!({"content-type": "application/json"}),
            400,
            "idempotency-key-missing",
        ),
        (key, json!("two words"), 400, "idempotency-key-malformed"),
        (key, json!("k".repeat(256)), 400, "idempotency-key-malformed"),
        // Two headers of this name, as API Gateway joins them.
        (key, json!("first,second"), 400, "idempotency-key-malformed"),
        (key, json!("first,first"), 400, "idempotency-key-malformed"),
        (key, json!(","), 400, "idempotency-key-malformed"),
        (
            "/body",
            json!(r#"{"payment_token":"tok_ok","payment_token":"tok_down","items":[{"sku":"MUG-01","quantity":1}]}"#),
            400,
            "malformed-json",
        ),
        (
            "/body",
            json!(r#"{"payment_token":"tok_ok","items":[{"sku":"MUG-01","quantity":1,"quantity":9}]}"#),
            400,
            "malformed-json",
        ),
        ("/headers/content-type", json!("text/plain"), 415, "not-json"),
        ("/body", json!("{\"items\":"), 400, "malformed-json"),
        ("/body", json!(""), 400, "malformed-json"),
        ("/body", json!("[]"), 422, "invalid-content"),
        ("/body", json!(" ".repeat(65_537)), 413, "body-too-large"),
        ("/requestContext/authorizer", json!(null), 401, "unauthenticated"),
        (token_use, json!("id"), 401, "unauthenticated"),
    ] {
        let mut event = event("orders-place");
        *event.pointer_mut(pointer).unwrap() = value;
        let answer = answer(&world, event).await;
        let problem = format!("https://popshop.example/problems/{slug}");
        assert_eq!(
            (&answer["status"], &answer["body"]["type"]),
            (&json!(status), &json!(problem))
        );
    }
    assert!(
        world
            .memory
            .look(|tables| tables.orders.rows.is_empty() && tables.requests.records.is_empty())
    );
}
