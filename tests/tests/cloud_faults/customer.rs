//! A customer of a shop with faults: retries each request with the same key until there is an answer.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::api::Cloud;
use tests::client::{Answer, Client};

pub(crate) const SCARCE_SKU: &str = "FAULT-SCARCE";
pub(crate) const SKUS: [&str; 3] = ["FAULT-RED", "FAULT-BLUE", SCARCE_SKU];
const TOKENS: [&str; 6] = [
    "tok_ok",
    "tok_flaky",
    "tok_ok",
    "tok_capture_fails",
    "tok_declined",
    "tok_ok",
];
/// The longest time until an order is decided: all retries of all steps at the pace of the local cloud, with late
/// calls.
const SETTLED_WITHIN: Duration = Duration::from_mins(4);
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// The order of one customer from its first request to its final status.
pub(crate) struct History {
    index: usize,
    sku: &'static str,
    quantity: u32,
    token: &'static str,
    cancels: bool,
    /// Whether the stream delivers the order more than once: early, and after its end.
    told_again: bool,
}

/// Delivers the change "order placed" to saga-start again, as a stream may at any time.
pub(crate) struct Stream<'a> {
    pub(crate) cloud: &'a Cloud,
    /// The name of saga-start in this deployment.
    pub(crate) function: String,
    /// A change as the stream delivers it.
    pub(crate) change: Value,
}

impl Stream<'_> {
    fn deliver_again(&self, order: &str) {
        let mut change = self.change.clone();
        let key = json!({ "S": format!("order#{order}") });
        change["dynamodb"]["Keys"]["pk"] = key.clone();
        change["dynamodb"]["NewImage"]["pk"] = key;
        change["dynamodb"]["NewImage"]["order_id"] = json!({ "S": order });
        // Its calls may fail like all others; the stream would retry, and so does the test.
        let answer = self
            .cloud
            .invoke(&self.function, &json!({ "Records": [change, change] }));
        assert!(answer.is_ok_and(|answer| answer["batchItemFailures"].is_array()));
    }
}

/// The result of a history.
pub(crate) struct End {
    pub(crate) order: Value,
    pub(crate) sku: &'static str,
    pub(crate) quantity: u32,
}

impl End {
    pub(crate) fn id(&self) -> &str {
        self.order["id"].as_str().unwrap()
    }

    pub(crate) fn status(&self) -> &str {
        self.order["status"].as_str().unwrap()
    }
}

impl History {
    pub(crate) fn new(index: usize) -> Self {
        Self {
            index,
            sku: SKUS[index % SKUS.len()],
            quantity: 1 + u32::try_from(index % 3).unwrap(),
            token: TOKENS[index / SKUS.len() % TOKENS.len()],
            cancels: index % 4 == 1,
            told_again: index % 5 == 2,
        }
    }

    pub(crate) fn run(&self, client: &Client, customer: &str, stream: &Stream<'_>) -> End {
        let placed = self.place(client, customer);
        let id = placed.json()["id"].as_str().unwrap().to_owned();
        if self.told_again {
            stream.deliver_again(&id);
        }
        let mut order = settled(client, customer, &id);
        if self.cancels && order["status"] == "CONFIRMED" {
            until_answered(
                &format!("cancelling {id}"),
                || client.post(&format!("/orders/{id}/cancel"), customer, &[], &json!({})),
                |status| status == 202 || status == 409,
            );
            order = settled(client, customer, &id);
        }
        if self.told_again {
            stream.deliver_again(&id);
        }
        let again = self.place(client, customer);
        assert_eq!(
            again.bytes, placed.bytes,
            "the answer to request {} changed",
            self.index
        );
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        End {
            order,
            sku: self.sku,
            quantity: self.quantity,
        }
    }

    fn place(&self, client: &Client, customer: &str) -> Answer {
        let key = format!("history-{}", self.index);
        until_answered(
            &format!("placing {key}"),
            || client.place_order(customer, &key, &[(self.sku, self.quantity)], self.token),
            |status| status == 202,
        )
    }
}

/// Retries until the status is accepted. Until then only 409, 429 and 5xx are allowed.
fn until_answered(what: &str, ask: impl Fn() -> Answer, is_answer: impl Fn(u16) -> bool) -> Answer {
    let started = Instant::now();
    loop {
        let answer = ask();
        if is_answer(answer.status) {
            return answer;
        }
        let body = String::from_utf8_lossy(&answer.bytes);
        let not_now = answer.status == 409 || answer.status == 429 || answer.status >= 500;
        assert!(not_now, "{what}: {} {body}", answer.status);
        assert!(
            started.elapsed() < SETTLED_WITHIN,
            "{what}: still {} {body}",
            answer.status
        );
        std::thread::sleep(RETRY_AFTER);
    }
}

/// The order, once it is neither PENDING nor CANCELLING.
fn settled(client: &Client, customer: &str, id: &str) -> Value {
    let started = Instant::now();
    loop {
        let path = format!("/orders/{id}");
        let ask = || client.get(&path, Some(customer));
        let order = until_answered(&path, ask, |status| status == 200).json();
        if !matches!(order["status"].as_str().unwrap(), "PENDING" | "CANCELLING") {
            return order;
        }
        assert!(started.elapsed() < SETTLED_WITHIN, "still undecided: {order}");
        std::thread::sleep(RETRY_AFTER);
    }
}

/// The number of orders per final status.
pub(crate) fn tally(ends: &[End]) -> String {
    let statuses = ["CONFIRMED", "REJECTED", "CANCELLED", "PARKED"];
    let counts = statuses.map(|status| {
        let count = ends.iter().filter(|end| end.status() == status).count();
        format!("{count} {status}")
    });
    counts.join(", ")
}
