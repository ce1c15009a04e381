//! Plays the payment provider that answers later, on the local cloud: the local host has a provider of its own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use entry::webhook::{SIGNATURE_HEADER, WebhookKey};
use serde_json::json;

use crate::client::Client;

/// After this, a saga that began before waits for its payment: nothing outside shows that.
const SAGAS_WAIT_AFTER: Duration = Duration::from_secs(10);

/// A provider with the key of a shop.
pub struct Provider {
    key: WebhookKey,
}

impl Provider {
    /// `secret` is the page token key of the stack.
    pub fn new(secret: &str) -> Self {
        let key = WebhookKey::derive(secret.as_bytes()).expect("the stack makes a long key");
        Self { key }
    }

    /// Waits until the sagas of the orders so far wait for their payments.
    pub fn wait_until_sagas_wait(&self) {
        std::thread::sleep(SAGAS_WAIT_AFTER);
    }

    /// Reports an event, and returns the status of the answer.
    pub fn report(&self, client: &Client, order: &str, kind: &str) -> u16 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
        let event = json!({
            "id": format!("{order}-{kind}"), "type": kind, "order_id": order, "occurred_at": "2026-11-01T10:00:00Z",
        });
        let body = event.to_string();
        let signature = self.key.sign(body.as_bytes(), now_seconds);
        let headers = [("content-type", "application/json"), (SIGNATURE_HEADER, &signature)];
        client
            .send("POST", "/payments/events", &headers, body.as_bytes())
            .status
    }
}
