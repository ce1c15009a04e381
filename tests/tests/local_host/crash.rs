//! Tests that orders, stock, payments and a running import survive `kill -9`.

use std::time::Duration;

use serde_json::json;
use tests::local::LocalHost;

const ORDERS: u32 = 50;
const STOCK: u32 = 1_000;

#[test]
fn a_host_that_is_killed_during_orders_and_an_import_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let host = LocalHost::start(folder.path());
    let client = &host.client;
    let (olga, ann) = (client.token("olga", &["staff"]), client.token("ann", &[]));
    let stock = tests::catalog::one_product("CRASH-MUG", "3.00", STOCK);
    client.import_catalog(&olga, "stock.csv", stock.as_bytes());

    let bulk = tests::catalog::many_products("CRASH", 10_000);
    let import = client.upload_catalog(&olga, "bulk.csv", bulk.as_bytes());
    // Of each seven, three wait for a notice of the provider when the host is killed.
    let tokens = [
        "tok_ok",
        "tok_declined",
        "tok_flaky",
        "tok_capture_fails",
        "tok_later_ok",
        "tok_later_reordered",
        "tok_later_declined",
    ];
    let mut accepted = Vec::new();
    for (number, payment_token) in (0..ORDERS).zip(tokens.iter().cycle()) {
        let answer = client.place_order(&ann, &format!("k-{number}"), &[("CRASH-MUG", 1)], payment_token);
        assert_eq!(answer.status, 202);
        accepted.push((answer.json()["id"].as_str().unwrap().to_owned(), *payment_token));
    }
    let pending = client.get("/orders?status=PENDING&limit=100", Some(&ann)).json();
    assert!(
        !pending["orders"].as_array().unwrap().is_empty(),
        "no order is in progress any more: the test was too slow"
    );
    host.kill();

    let host = LocalHost::start(folder.path());
    let client = &host.client;
    let mut confirmed = 0_u64;
    for (id, payment_token) in &accepted {
        let order = client.decided_order(&ann, id);
        let expected = match *payment_token {
            "tok_ok" | "tok_flaky" | "tok_later_ok" | "tok_later_reordered" => "CONFIRMED",
            _ => "REJECTED",
        };
        assert_eq!(order["status"], expected, "{payment_token}: {order}");
        confirmed += u64::from(expected == "CONFIRMED");
    }
    assert_eq!(client.available("CRASH-MUG"), u64::from(STOCK) - confirmed);
    let upload = client.settled_upload(&olga, import["status_url"].as_str().unwrap());
    assert_eq!(upload["status"], "DONE");
    assert_eq!(
        (&upload["import"]["rows_written"], &upload["import"]["rows_rejected"]),
        (&json!(9_900), &json!(100))
    );
    // The mail about the import is claimed before it is sent, so it is sent once, or never if the host was killed in
    // between.
    let mails = client.get("/dev/emails", None).json();
    let reports = mails["emails"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|mail| mail["text"].as_str().unwrap().contains("bulk.csv"));
    assert!(reports.count() <= 1);
    // The notification of the last order must end before the ledger is checked.
    std::thread::sleep(Duration::from_millis(200));
    host.kill();

    let ledger = crate::ledger(folder.path());
    for (id, payment_token) in &accepted {
        let entries: Vec<&str> = ledger
            .iter()
            .filter(|entry| entry.payment.as_str() == id)
            .map(|entry| entry.event.as_str())
            .collect();
        match *payment_token {
            "tok_ok" | "tok_flaky" | "tok_later_ok" => assert_eq!(entries, ["AUTHORIZED", "CAPTURED"], "{id}"),
            "tok_later_reordered" => assert_eq!(entries, ["CAPTURED"], "{id}"),
            "tok_capture_fails" => assert_eq!(entries, ["AUTHORIZED", "VOIDED"], "{id}"),
            _ => assert!(
                !entries.contains(&"CAPTURED") && !entries.contains(&"AUTHORIZED"),
                "{id}: {entries:?}"
            ),
        }
    }
}
