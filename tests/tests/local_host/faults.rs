//! Tests that the shop survives each break-it switch: orders end, money is taken once, stock and mails add up.

use std::time::{Duration, Instant};

use adapter_embedded::gateway::LedgerEntry;
use serde_json::{Value, json};
use tests::client::{Answer, Client};
use tests::local::LocalHost;

const SKU: &str = "BREAK-MUG";
const STOCK: u32 = 1_000;
const ORDERS: u32 = 20;
const TOKENS: [&str; 5] = ["tok_ok", "tok_ok", "tok_declined", "tok_capture_fails", "tok_ok"];
/// Long enough for every retry of a saga.
const ENDED_WITHIN: Duration = Duration::from_mins(3);
const POLL_EVERY: Duration = Duration::from_millis(200);

/// A shop with one product, in a folder that outlives the host.
struct Broken {
    folder: tempfile::TempDir,
    host: LocalHost,
    ann: String,
}

impl Broken {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = LocalHost::start(folder.path());
        let client = &host.client;
        let (olga, ann) = (client.token("olga", &["staff"]), client.token("ann", &[]));
        let stock = tests::catalog::one_product(SKU, "3.00", STOCK);
        client.import_catalog(&olga, "stock.csv", stock.as_bytes());
        Self { folder, host, ann }
    }

    fn client(&self) -> &Client {
        &self.host.client
    }

    fn switch(&self, change: &Value) -> Answer {
        switch(self.client(), change)
    }

    /// Places all orders, each with its key until it is accepted. Returns their ids.
    fn place_orders(&self) -> Vec<String> {
        let numbered = (0..ORDERS).zip(TOKENS.into_iter().cycle());
        numbered
            .map(|(number, token)| self.place(&format!("k-{number}"), token))
            .collect()
    }

    fn place(&self, key: &str, payment_token: &str) -> String {
        let body = json!({ "items": [{ "sku": SKU, "quantity": 1 }], "payment_token": payment_token });
        let authorization = format!("Bearer {}", self.ann);
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let answer = until("an order to be accepted", || {
            let answer = self
                .client()
                .try_send("POST", "/orders", &headers, body.to_string().as_bytes())
                .ok()?;
            // A lost answer, a throttled table, or an attempt whose claim of the key has not ended yet.
            let is_repeatable = answer.status >= 500 || answer.status == 409;
            (!is_repeatable).then_some(answer)
        });
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Waits until every order has ended, and checks orders, stock, mails and money.
    fn assert_survived(self, orders: &[String]) {
        let client = self.client();
        let statuses: Vec<String> = orders.iter().map(|id| self.final_status(id)).collect();
        // Reads meet the faults as well.
        let healed = self.switch(&json!({
            "duplicate_events": false, "reorder_events": false, "lose_answers": false, "throttle_tables": false,
            "payments": "up",
        }));
        assert_eq!(healed.status, 200);
        // Repeated requests made no further orders.
        let list = client.get("/orders?limit=100", Some(&self.ann)).json();
        assert_eq!(list["orders"].as_array().unwrap().len(), orders.len());
        let confirmed = statuses.iter().filter(|status| *status == "CONFIRMED").count();
        assert!(confirmed > 0, "{statuses:?}");
        let expected = u64::from(STOCK) - u64::try_from(confirmed).unwrap();
        until("the stock to add up", || {
            (client.available(SKU) == expected).then_some(())
        });
        // The last mail is sent after its order has ended.
        std::thread::sleep(Duration::from_secs(1));
        for id in orders {
            assert!(client.mails_with("ann", id).len() <= 1, "{id} has several mails");
        }
        let Self { folder, host, .. } = self;
        host.kill();
        let ledger = crate::ledger(folder.path());
        for (id, status) in orders.iter().zip(&statuses) {
            assert_money(&ledger, id, status);
        }
    }

    fn final_status(&self, id: &str) -> String {
        let status = until(&format!("order {id} to end"), || {
            let answer = self.client().get(&format!("/orders/{id}"), Some(&self.ann));
            let order = (answer.status == 200).then(|| answer.json())?;
            let status = order["status"].as_str().unwrap().to_owned();
            (status != "PENDING").then_some(status)
        });
        assert!(matches!(status.as_str(), "CONFIRMED" | "REJECTED"), "{id}: {status}");
        status
    }
}

/// What a customer paid: once for a confirmed order, and nothing for a rejected one.
fn assert_money(ledger: &[LedgerEntry], id: &str, status: &str) {
    let entries = ledger.iter().filter(|entry| entry.payment.as_str() == id);
    let events: Vec<&str> = entries.map(|entry| entry.event.as_str()).collect();
    let count = |event: &str| events.iter().filter(|entry| **entry == event).count();
    let captured = (count("CAPTURED"), count("REFUNDED"));
    match status {
        "CONFIRMED" => assert_eq!(captured, (1, 0), "{id}: {events:?}"),
        _ => assert!(matches!(captured, (0, 0) | (1, 1)), "{id}: {events:?}"),
    }
}

fn switch(client: &Client, change: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    client.send("PUT", "/dev/faults", &headers, change.to_string().as_bytes())
}

fn until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(started.elapsed() < ENDED_WITHIN, "waited too long for {what}");
        std::thread::sleep(POLL_EVERY);
    }
}

fn survives(change: &Value) {
    let shop = Broken::open();
    assert_eq!(shop.switch(change).status, 200);
    let orders = shop.place_orders();
    shop.assert_survived(&orders);
}

#[test]
fn orders_survive_that_every_event_is_delivered_twice() {
    survives(&json!({ "duplicate_events": true }));
}

#[test]
fn orders_survive_that_events_overtake_each_other() {
    survives(&json!({ "reorder_events": true }));
}

#[test]
fn orders_survive_that_answers_are_lost() {
    survives(&json!({ "lose_answers": true }));
}

#[test]
fn orders_survive_a_throttled_table() {
    survives(&json!({ "throttle_tables": true }));
}

#[test]
fn orders_survive_all_of_it_at_once() {
    survives(&json!({
        "duplicate_events": true,
        "reorder_events": true,
        "lose_answers": true,
        "throttle_tables": true,
    }));
}

#[test]
fn orders_are_accepted_at_once_while_the_gateway_is_slow() {
    let shop = Broken::open();
    let answer = shop.switch(&json!({ "payments": "slow" }));
    let shown = answer.json();
    let payments = shown["faults"].as_array().unwrap().iter();
    assert_eq!(
        payments.clone().filter(|fault| fault["value"] == "slow").count(),
        1,
        "{shown}"
    );
    let started = Instant::now();
    let first = shop.place("first", "tok_ok");
    assert_eq!(shop.final_status(&first), "CONFIRMED");
    // The authorization and the capture.
    assert!(started.elapsed() >= Duration::from_secs(4), "{:?}", started.elapsed());
    let mut orders = shop.place_orders();
    orders.push(first);
    shop.assert_survived(&orders);
}

#[test]
fn orders_of_a_gateway_that_is_down_end_when_it_is_up_again() {
    let shop = Broken::open();
    shop.switch(&json!({ "payments": "down" }));
    let mut orders = shop.place_orders();
    let switch = shop.client().get("/dev/payments", None).json();
    assert_eq!(switch["answers"], false);
    std::thread::sleep(Duration::from_secs(2));
    shop.switch(&json!({ "payments": "up" }));
    orders.push(shop.place("afterwards", "tok_ok"));
    shop.assert_survived(&orders);
}

#[test]
fn orders_survive_a_crash_of_the_process() {
    let shop = Broken::open();
    let orders = shop.place_orders();
    assert_eq!(
        shop.switch(&json!({ "crash": true, "duplicate_events": true })).status,
        200
    );
    until("the host to be back", || {
        let answer = shop.client().try_send("GET", "/dev/faults", &[], b"").ok()?;
        // A restart turns every switch off: before it, one is on.
        let faults = answer.json();
        let all = faults["faults"].as_array()?;
        all.iter().all(|fault| fault["value"] != true).then_some(())
    });
    shop.assert_survived(&orders);
}

#[test]
fn a_crash_in_memory_says_that_the_data_is_lost_and_loses_it() {
    let host = LocalHost::start_in_memory();
    let client = &host.client;
    let ann = client.token("ann", &[]);
    client.wait_for("the first catalog", || {
        (client.get("/products/MUG-01", None).status == 200).then_some(())
    });
    let placed = client.place_order(&ann, "k", &[("MUG-01", 1)], "tok_ok");
    assert_eq!(placed.status, 202);
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    let answer = String::from_utf8(switch(client, &json!({ "crash": true })).bytes).unwrap();
    assert!(answer.contains("so all data is lost"), "{answer}");
    until("the order to be forgotten", || {
        // The key of tokens is forgotten, too.
        let token = client.try_send(
            "POST",
            "/dev/token",
            &[("content-type", "application/json")],
            br#"{"sub":"ann"}"#,
        );
        let token = token.ok()?.json()["access_token"].as_str()?.to_owned();
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        let order = client.try_send("GET", &format!("/orders/{id}"), &headers, b"").ok()?;
        (order.status == 404).then_some(())
    });
}

#[test]
fn an_unknown_switch_or_value_is_refused_with_what_is_accepted_and_changes_nothing() {
    let host = LocalHost::start_in_memory();
    let client = &host.client;
    for (change, part) in [
        (
            json!({ "lose_answers": true, "loose_answers": true }),
            "switches: duplicate_events",
        ),
        (
            json!({ "lose_answers": true, "payments": "off" }),
            r#"accepted: "up", "slow", "down""#,
        ),
        (json!(["lose_answers"]), "a JSON object"),
    ] {
        let refused = switch(client, &change);
        assert_eq!(refused.status, 400);
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(part), "{message}");
    }
    let shown = client.get("/dev/faults", None).json();
    assert_eq!(shown["faults"][2]["name"], "lose_answers");
    assert_eq!(shown["faults"][2]["value"], false);
}
