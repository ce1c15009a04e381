//! Tests the final status of an order for every payment token of the sandbox, and cancelling.

use serde_json::{Value, json};
use tests::client::Client;
use tests::shop::Shop;

fn stocked(client: &Client, sku: &str, stock: u32) -> String {
    let staff = client.token("olga", &["staff"]);
    let file = tests::catalog::one_product(sku, "12.50", stock);
    let upload = client.import_catalog(&staff, "one.csv", file.as_bytes());
    assert_eq!(upload["status"], "DONE", "{upload}");
    client.token("ann", &[])
}

fn placed(client: &Client, ann: &str, key: &str, sku: &str, payment_token: &str) -> String {
    let answer = client.place_order(ann, key, &[(sku, 2)], payment_token);
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn every_payment_token_leads_to_its_final_status() {
    let shop = Shop::open();
    let client = &shop.client;
    let ann = stocked(client, "TOKEN-MUG", 100);
    let expected = [
        ("tok_ok", "CONFIRMED", None),
        ("tok_flaky", "CONFIRMED", None),
        ("tok_declined", "REJECTED", Some("payment_declined")),
        ("tok_insufficient_funds", "REJECTED", Some("insufficient_funds")),
        ("tok_down", "REJECTED", Some("payment_unavailable")),
        ("tok_capture_fails", "REJECTED", Some("capture_refused")),
    ];
    let ids: Vec<String> = expected
        .iter()
        .map(|(token, ..)| placed(client, &ann, token, "TOKEN-MUG", token))
        .collect();
    for (id, (token, status, reason)) in ids.iter().zip(expected) {
        let order = client.decided_order(&ann, id);
        assert_eq!(order["status"], status, "{token}: {order}");
        assert_eq!(
            order.get("reason").and_then(|reason| reason.as_str()),
            reason,
            "{token}"
        );
        assert_eq!(order["total"], json!({ "amount_minor": 2_500, "currency": "EUR" }));
        client.wait_for("the mail to the customer", || {
            (client.mails_with("ann", id).len() == 1).then_some(())
        });
    }
    assert_eq!(
        client.available("TOKEN-MUG"),
        96,
        "two confirmed orders of two units each"
    );
}

#[test]
fn an_order_for_more_than_there_is_is_rejected_and_takes_nothing() {
    let shop = Shop::open();
    let client = &shop.client;
    let ann = stocked(client, "RARE-MUG", 1);
    let id = placed(client, &ann, "k-1", "RARE-MUG", "tok_ok");
    let order = client.decided_order(&ann, &id);
    assert_eq!(
        (order["status"].as_str(), order["reason"].as_str()),
        (Some("REJECTED"), Some("out_of_stock"))
    );
    assert_eq!(client.available("RARE-MUG"), 1);
}

#[test]
fn a_cancelled_order_gives_stock_back_once_and_stays_cancelled() {
    let shop = Shop::open();
    let client = &shop.client;
    let ann = stocked(client, "BACK-MUG", 10);
    let id = placed(client, &ann, "k-1", "BACK-MUG", "tok_ok");
    assert_eq!(client.decided_order(&ann, &id)["status"], "CONFIRMED");
    assert_eq!(client.available("BACK-MUG"), 8);

    let cancel = || client.post(&format!("/orders/{id}/cancel"), &ann, &[], &json!({}));
    assert_eq!(cancel().status, 202);
    let order = client.decided_order(&ann, &id);
    assert_eq!(order["status"], "CANCELLED");
    assert_eq!(client.available("BACK-MUG"), 10);
    assert_history_of_a_cancelled_order(client, &ann, &order);
    assert_eq!(cancel().status, 409, "a cancelled order cannot be cancelled again");
    assert_eq!(client.available("BACK-MUG"), 10);
}

fn assert_history_of_a_cancelled_order(client: &Client, ann: &str, order: &Value) {
    let id = order["id"].as_str().unwrap();
    let answer = client.get(&format!("/orders/{id}/events"), Some(ann));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    let body = answer.json();
    let events = body["events"].as_array().unwrap();
    let member = |name: &'static str| events.iter().map(move |event| event[name].as_str().unwrap());
    let changes: Vec<_> = member("status").zip(member("by")).collect();
    assert_eq!(
        changes,
        [
            ("PENDING", "customer"),
            ("CONFIRMED", "saga"),
            ("CANCELLING", "customer"),
            ("CANCELLED", "saga"),
        ]
    );
    assert!(member("at").is_sorted(), "{body}");
    assert_eq!(events[0]["at"], order["created_at"]);
    assert_eq!(events[3]["at"], order["updated_at"]);
}

#[test]
fn a_payment_that_is_answered_later_leads_to_its_final_status() {
    let shop = Shop::open();
    let client = &shop.client;
    let ann = stocked(client, "LATER-MUG", 100);
    let authorized = "payment.authorized";
    let expected = [
        ("tok_later_ok", vec![authorized], "CONFIRMED", None),
        (
            "tok_later_declined",
            vec!["payment.declined"],
            "REJECTED",
            Some("payment_declined"),
        ),
        ("tok_later_twice", vec![authorized, authorized], "CONFIRMED", None),
        (
            "tok_later_reordered",
            vec!["payment.captured", authorized],
            "CONFIRMED",
            None,
        ),
        ("tok_later_silent", vec![], "REJECTED", Some("payment_unavailable")),
    ];
    let ids: Vec<String> = expected
        .iter()
        .map(|(token, ..)| placed(client, &ann, token, "LATER-MUG", token))
        .collect();
    if let Some(provider) = &shop.provider {
        provider.wait_until_sagas_wait();
        for (id, (_, kinds, ..)) in ids.iter().zip(&expected) {
            for kind in kinds {
                assert_eq!(provider.report(client, id, kind), 204);
            }
        }
    }
    for (id, (token, _, status, reason)) in ids.iter().zip(expected) {
        let order = client.decided_order(&ann, id);
        assert_eq!(order["status"], status, "{token}: {order}");
        assert_eq!(
            order.get("reason").and_then(|reason| reason.as_str()),
            reason,
            "{token}"
        );
    }
    assert_eq!(
        client.available("LATER-MUG"),
        94,
        "three confirmed orders of two units each"
    );
}

#[test]
fn a_webhook_without_a_valid_signature_is_refused() {
    let shop = Shop::open();
    let event = json!({
        "id": "evt-1", "type": "payment.authorized", "order_id": "order-1", "occurred_at": "2026-11-01T10:00:00Z",
    });
    for headers in [
        vec![],
        vec![("popshop-signature", "t=1793527200,v1=00")],
        vec![("popshop-signature", "nonsense")],
    ] {
        let headers = [headers.as_slice(), &[("content-type", "application/json")]].concat();
        let body = event.to_string();
        let answer = shop.client.send("POST", "/payments/events", &headers, body.as_bytes());
        assert_eq!(answer.status, 401, "{}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(
            answer.json()["type"],
            "https://popshop.example/problems/invalid-signature"
        );
    }
}
