//! Tests the error responses of every route, status by status.

use serde_json::{Value, json};
use tests::client::{Answer, Client};
use tests::shop::Shop;

fn assert_problem(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.bytes));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(problem["type"].is_string() && problem["title"].is_string(), "{problem}");
    problem
}

fn assert_gateway(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status);
    assert!(answer.json()["message"].is_string(), "the error format of the gateway");
}

fn order_body() -> Value {
    json!({ "items": [{ "sku": "MUG-01", "quantity": 1 }], "payment_token": "tok_ok" })
}

fn ready(client: &Client) -> (String, String) {
    client.wait_for("the built-in catalog", || {
        (client.get("/products/MUG-01", None).status == 200).then_some(())
    });
    (client.token("ann", &[]), client.token("olga", &["staff"]))
}

#[test]
fn requests_that_the_gateway_refuses() {
    let shop = Shop::open();
    let client = &shop.client;
    let (ann, _) = ready(client);
    assert_gateway(&client.get("/orders", None), 401);
    assert_gateway(&client.get("/orders", Some("not.a.token")), 401);
    // In the middle of the signature, because decoders ignore some bits of the last character.
    let middle = ann.len() - 40;
    let other = if &ann[middle..=middle] == "A" { "B" } else { "A" };
    let forged = format!("{}{other}{}", &ann[..middle], &ann[middle + 1..]);
    assert_gateway(&client.get("/orders", Some(&forged)), 401);
    assert_gateway(&client.get("/nothing-here", Some(&ann)), 404);
    assert_gateway(&client.send("DELETE", "/orders", &[], b""), 404);
}

#[test]
fn an_order_is_refused_with_a_reason_for_each_fault() {
    let shop = Shop::open();
    let client = &shop.client;
    let (ann, _) = ready(client);
    let authorization = format!("Bearer {ann}");
    let post = |headers: &[(&str, &str)], body: &[u8]| {
        let mut all = vec![("authorization", authorization.as_str())];
        all.extend_from_slice(headers);
        client.send("POST", "/orders", &all, body)
    };
    let json_type = ("content-type", "application/json");
    let valid = order_body().to_string();
    assert_problem(&post(&[json_type], valid.as_bytes()), 400);
    assert_problem(
        &post(&[json_type, ("idempotency-key", "has space")], valid.as_bytes()),
        400,
    );
    assert_problem(
        &post(&[json_type, ("idempotency-key", &"k".repeat(256))], valid.as_bytes()),
        400,
    );
    // Two headers, as API Gateway joins them.
    assert_problem(&post(&[json_type, ("idempotency-key", "a,b")], valid.as_bytes()), 400);
    assert_problem(&post(&[json_type, ("idempotency-key", "a")], b"{\"items\":["), 400);
    let twice = valid.replacen('{', r#"{"payment_token":"tok_down","#, 1);
    assert_problem(&post(&[json_type, ("idempotency-key", "a")], twice.as_bytes()), 400);
    assert_problem(
        &post(
            &[("content-type", "text/plain"), ("idempotency-key", "a")],
            valid.as_bytes(),
        ),
        415,
    );
    let large = format!("{{\"payment_token\":\"{}\"}}", "x".repeat(70_000));
    assert_problem(&post(&[json_type, ("idempotency-key", "a")], large.as_bytes()), 413);

    let faulty = [
        (json!({ "items": [], "payment_token": "tok_ok" }), "/items"),
        (
            json!({ "items": [{ "sku": "NO-SUCH", "quantity": 1 }], "payment_token": "tok_ok" }),
            "/items/0/sku",
        ),
        (
            json!({ "items": [{ "sku": "MUG-01", "quantity": 0 }], "payment_token": "tok_ok" }),
            "/items/0/quantity",
        ),
        (
            json!({ "items": [{ "sku": "MUG-01", "quantity": -1 }], "payment_token": "tok_ok" }),
            "/items/0/quantity",
        ),
        (
            json!({ "items": [{ "sku": "MUG-01", "quantity": 100 }], "payment_token": "tok_ok" }),
            "/items/0/quantity",
        ),
        (
            json!({ "items": [{ "sku": "MUG-01", "quantity": 1 }, { "sku": "MUG-01", "quantity": 2 }], "payment_token": "tok_ok" }),
            "/items/1/sku",
        ),
    ];
    for (body, pointer) in faulty {
        let answer = client.post("/orders", &ann, &[("idempotency-key", "faulty")], &body);
        let problem = assert_problem(&answer, 422);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

#[test]
fn a_replay_gets_the_same_answer_and_another_payload_is_refused() {
    let shop = Shop::open();
    let client = &shop.client;
    let (ann, _) = ready(client);
    let first = client.post("/orders", &ann, &[("idempotency-key", "once")], &order_body());
    assert_eq!(first.status, 202);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(first.header("location"), Some(format!("/orders/{id}").as_str()));
    assert_eq!(first.header("idempotency-replayed"), None);
    client.decided_order(&ann, &id);

    // Whitespace and the order of members do not change the payload.
    let authorization = format!("Bearer {ann}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "once"),
    ];
    let spaced = b"{ \"payment_token\" : \"tok_ok\", \"items\": [ {\"quantity\":1, \"sku\":\"MUG-01\"} ] }";
    let replay = client.send("POST", "/orders", &headers, spaced);
    assert_eq!((replay.status, &replay.bytes), (202, &first.bytes));
    assert_eq!(replay.header("idempotency-replayed"), Some("true"));
    for header in ["location", "content-type", "cache-control"] {
        assert_eq!(replay.header(header), first.header(header), "{header}");
    }
    assert_ne!(replay.header("x-correlation-id"), first.header("x-correlation-id"));

    let other = json!({ "items": [{ "sku": "MUG-01", "quantity": 2 }], "payment_token": "tok_ok" });
    assert_problem(
        &client.post("/orders", &ann, &[("idempotency-key", "once")], &other),
        422,
    );
    // The key belongs to its customer.
    let bob = client.token("bob", &[]);
    let bobs = client.post("/orders", &bob, &[("idempotency-key", "once")], &order_body());
    assert_eq!(bobs.status, 202);
    assert_ne!(bobs.json()["id"], first.json()["id"]);
}

#[test]
fn only_its_customer_can_read_an_order() {
    let shop = Shop::open();
    let client = &shop.client;
    let (ann, _) = ready(client);
    let id = client
        .post("/orders", &ann, &[("idempotency-key", "k")], &order_body())
        .json()["id"]
        .clone();
    let id = id.as_str().unwrap();
    let bob = client.token("bob", &[]);
    assert_problem(&client.get(&format!("/orders/{id}"), Some(&bob)), 404);
    assert_problem(&client.get("/orders/none", Some(&bob)), 404);
    assert_problem(&client.get(&format!("/orders/{id}/events"), Some(&bob)), 404);
    assert_problem(&client.get("/orders/none/events", Some(&bob)), 404);
    assert_problem(
        &client.post(&format!("/orders/{id}/cancel"), &bob, &[], &json!({})),
        404,
    );
    assert_eq!(client.get("/orders", Some(&bob)).json()["orders"], json!([]));
}

#[test]
fn pages_follow_each_other_and_a_changed_cursor_is_refused() {
    let shop = Shop::open();
    let client = &shop.client;
    let (ann, _) = ready(client);
    let mut placed: Vec<String> = Vec::new();
    for number in 0..5 {
        let answer = client.post(
            "/orders",
            &ann,
            &[("idempotency-key", &format!("k{number}"))],
            &order_body(),
        );
        placed.push(answer.json()["id"].as_str().unwrap().to_owned());
    }
    placed.reverse();
    let mut listed: Vec<String> = Vec::new();
    let mut path = "/orders?limit=2".to_owned();
    loop {
        let page = client.get(&path, Some(&ann)).json();
        listed.extend(
            page["orders"]
                .as_array()
                .unwrap()
                .iter()
                .map(|order| order["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/orders?limit=2&cursor={cursor}");
    }
    assert_eq!(listed, placed, "newest first, each once");

    let cursor = client.get("/orders?limit=2", Some(&ann)).json()["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let bob = client.token("bob", &[]);
    assert_problem(&client.get(&format!("/orders?cursor={cursor}"), Some(&bob)), 400);
    assert_problem(&client.get(&format!("/orders?cursor={cursor}x"), Some(&ann)), 400);
    assert_problem(
        &client.get(&format!("/orders?cursor={cursor}&status=CONFIRMED"), Some(&ann)),
        400,
    );
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "status=confirmed",
        "status=LOST",
    ] {
        assert_problem(&client.get(&format!("/orders?{query}"), Some(&ann)), 400);
    }
}

#[test]
fn uploads_are_for_staff_and_links_fit_one_file() {
    let shop = Shop::open();
    let client = &shop.client;
    let (ann, olga) = ready(client);
    let announcement = json!({ "kind": "catalog", "file_name": "spring.csv", "size_bytes": 5 });
    assert_problem(&client.post("/uploads", &ann, &[], &announcement), 403);
    assert_problem(&client.get("/uploads/none", Some(&ann)), 403);
    assert_problem(&client.get("/uploads/none", Some(&olga)), 404);
    let too_large =
        json!({ "kind": "product-photo", "sku": "MUG-01", "content_type": "image/jpeg", "size_bytes": 50_000_001 });
    assert_problem(&client.post("/uploads", &olga, &[], &too_large), 422);

    let created = client.post("/uploads", &olga, &[], &announcement).json();
    assert_eq!(created["method"], "PUT");
    assert_eq!(
        client.put_file(&created, b"four").status,
        403,
        "another length than announced"
    );
    let without_type = client.send(
        "PUT",
        created["url"].as_str().unwrap(),
        &[("content-type", "text/html")],
        b"fiver",
    );
    assert_eq!(without_type.status, 403, "another type than signed");
    assert_eq!(client.put_file(&created, b"fiver").status, 200);
    assert_eq!(client.put_file(&created, b"again").status, 412, "a link writes once");
    let moved = created["url"].as_str().unwrap().replace("catalogs", "photos");
    assert_eq!(
        client.send("PUT", &moved, &[], b"fiver").status,
        403,
        "another key than signed"
    );
}

#[test]
fn a_browser_page_of_the_allowed_origin_may_call() {
    let shop = Shop::open();
    let client = &shop.client;
    let preflight = client.send(
        "OPTIONS",
        "/orders",
        &[
            ("origin", shop.allowed_origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,idempotency-key"),
        ],
        b"",
    );
    assert!(matches!(preflight.status, 200 | 204), "{}", preflight.status);
    assert_eq!(
        preflight.header("access-control-allow-origin"),
        Some(shop.allowed_origin)
    );
    let stranger = client.send("GET", "/products", &[("origin", "http://evil.example")], b"");
    assert_eq!(stranger.header("access-control-allow-origin"), None);
}
