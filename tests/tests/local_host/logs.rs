//! Tests the complete log of a busy host: every hop of a request is logged, and no line contains private data.

use serde_json::{Value, json};
use tests::local::LocalHost;

#[test]
fn a_request_is_followed_through_every_hop_and_no_secret_is_logged() {
    let host = LocalHost::start_with_all_log_lines();
    let client = &host.client;
    let (olga, ann) = (client.token("olga", &["staff"]), client.token("ann", &[]));
    let file = tests::catalog::one_product("LOG-MUG", "2.00", 5);
    client.import_catalog(&olga, "private-name.csv", file.as_bytes());
    let photo = tests::photo::sideways_photo_of(64, 48);
    let announcement =
        json!({ "kind": "product-photo", "sku": "LOG-MUG", "content_type": "image/jpeg", "size_bytes": photo.len() });
    let picture = client.upload(&olga, &announcement, &photo);
    client.settled_upload(&olga, picture["status_url"].as_str().unwrap());

    let headers = [
        ("idempotency-key", "secret-key-of-ann"),
        ("x-correlation-id", "walk-of-ann"),
    ];
    let body = json!({ "items": [{ "sku": "LOG-MUG", "quantity": 1 }], "payment_token": "tok_ok" });
    let id = client.post("/orders", &ann, &headers, &body).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(client.decided_order(&ann, &id)["status"], "CONFIRMED");
    let headers = [("x-correlation-id", "cancel-of-ann")];
    assert_eq!(
        client
            .post(&format!("/orders/{id}/cancel"), &ann, &headers, &json!({}))
            .status,
        202
    );
    assert_eq!(client.decided_order(&ann, &id)["status"], "CANCELLED");
    client.place_order(&ann, "refused", &[("LOG-MUG", 1)], "tok_declined");

    let of = |correlation_id: &str, function: &str| {
        host.log().iter().any(|line| {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            line["correlation_id"] == correlation_id && line["function"] == function && line["request_id"].is_string()
        })
    };
    for function in [
        "orders-place",
        "saga-start",
        "saga-reserve-stock",
        "saga-authorize-payment",
        "saga-capture-payment",
        "saga-confirm-order",
        "saga-notify-customer",
    ] {
        client.wait_for(&format!("{function} to log"), || {
            of("walk-of-ann", function).then_some(())
        });
    }
    for function in [
        "orders-cancel",
        "saga-start",
        "saga-refund-payment",
        "saga-release-stock",
        "saga-cancel-order",
    ] {
        client.wait_for(&format!("{function} to log"), || {
            of("cancel-of-ann", function).then_some(())
        });
    }

    let metrics = client.get("/dev/metrics", None).json();
    let total = |name: &str| {
        let of_the_name = metrics["metrics"].as_array().unwrap().iter();
        let totals = of_the_name.filter(|metric| metric["name"] == name);
        totals.map(|metric| metric["total"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((total("OrdersPlaced"), total("OrdersConfirmed")), (2, 1), "{metrics}");
    assert_eq!(total("PhotosRendered"), 1, "{metrics}");
    // The built-in catalog, and the one row of this test.
    assert!(total("CatalogRowsWritten") > 1, "{metrics}");
    // A refund and a release.
    assert!(total("CompensationsRun") >= 2, "{metrics}");

    let secrets = [
        olga.as_str(),
        ann.as_str(),
        "tok_ok",
        "tok_declined",
        "@example.test",
        "secret-key-of-ann",
        "Signature=",
    ];
    assert!(
        !host.log().iter().any(|line| line.contains("\"_aws\"")),
        "the console shows the metrics"
    );
    // The greeting is not part of the log: it shows payment tokens.
    let lines: Vec<String> = host.log().into_iter().filter(|line| line.starts_with('{')).collect();
    assert!(lines.len() > 20, "only {} log lines", lines.len());
    for line in lines {
        for secret in secrets {
            assert!(!line.contains(secret), "{secret:?} is in {line}");
        }
    }
}
