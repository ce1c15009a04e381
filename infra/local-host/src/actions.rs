//! What a visitor does with the shop from the console: send an event again, or let many buyers order at once.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use domain::values::Sku;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::answers::{answer, answer_with};
use crate::event_log::bounded;
use crate::functions::Functions as _;
use crate::identity::Issuer;
use crate::invoker::Invoker;

/// Buyers of one burst, at most.
const BUYERS_MAX: u64 = 500;
/// Orders of a burst that are sent at the same time: more than functions run at once, and fewer than the room for
/// writes turns away.
const AT_ONCE: usize = 200;
/// Bytes of an answer to an order.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The payment token that the sandbox accepts.
const PAYMENT_TOKEN: &str = "tok_ok";

pub(crate) struct Actions {
    pub(crate) invoker: Arc<Invoker>,
    pub(crate) issuer: Arc<Issuer>,
    /// The public API, as callers reach it.
    pub(crate) gateway: Router,
}

type Shared = State<Arc<Actions>>;

pub(crate) fn router(actions: Actions) -> Router {
    Router::new()
        .route("/dev/invocations/{invocation}/repeat", post(repeat))
        .route("/dev/burst", post(burst))
        .with_state(Arc::new(actions))
}

async fn repeat(State(actions): Shared, Path(number): Path<String>) -> Response {
    let repeatable = number
        .parse()
        .ok()
        .and_then(|number| actions.invoker.log().repeatable(number));
    let Some(repeatable) = repeatable else {
        let message = format!("the event of invocation {number} is not kept: it is unknown, old or larger than 32 KB");
        return answer_with(StatusCode::NOT_FOUND, &json!({ "message": message }));
    };
    // It was written as JSON.
    let event: Value = serde_json::from_str(&repeatable.event).unwrap_or_default();
    let outcome = actions
        .invoker
        .invoke(&repeatable.logical_id, event, repeatable.source)
        .await;
    answer(Ok(match outcome {
        Ok(answer) => json!({ "answer": bounded::shown(&answer) }),
        Err(failure) => {
            let error = json!({ "type": failure.error_type, "message": failure.message });
            json!({ "error": bounded::shown(&error) })
        }
    }))
}

/// `{"sku": "MUG-01", "buyers": 200}`.
struct Burst {
    sku: Sku,
    buyers: u64,
}

impl Burst {
    fn read(body: &[u8]) -> Result<Self, String> {
        let expected = || format!(r#"the body is {{"sku": "MUG-01", "buyers": N}}, with N from 1 to {BUYERS_MAX}"#);
        let body: Value = serde_json::from_slice(body).map_err(|_| expected())?;
        let sku = body["sku"].as_str().ok_or_else(expected)?;
        let buyers = body["buyers"]
            .as_u64()
            .filter(|buyers| (1..=BUYERS_MAX).contains(buyers));
        Ok(Self {
            sku: Sku::parse(sku).map_err(|fault| format!("sku: {fault}"))?,
            buyers: buyers.ok_or_else(expected)?,
        })
    }
}

async fn burst(State(actions): Shared, body: Bytes) -> Response {
    let burst = match Burst::read(&body) {
        Ok(burst) => burst,
        Err(message) => return answer_with(StatusCode::BAD_REQUEST, &json!({ "message": message })),
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    let orders = (1..=burst.buyers).map(|buyer| actions.order(&burst.sku, format!("burst-{id}-{buyer}")));
    let placed: Vec<Option<String>> = stream::iter(orders).buffer_unordered(AT_ONCE).collect().await;
    let refused = placed.iter().filter(|order| order.is_none()).count();
    let orders: Vec<String> = placed.into_iter().flatten().collect();
    answer(Ok(
        json!({ "accepted": orders.len(), "refused": refused, "orders": orders }),
    ))
}

impl Actions {
    /// The id of the order of one unit; `None` if the shop refused it.
    async fn order(&self, sku: &Sku, buyer: String) -> Option<String> {
        let now_seconds = jsonwebtoken::get_current_timestamp();
        let token = self.issuer.token(&buyer, &[], now_seconds).ok()?;
        let body = json!({ "items": [{ "sku": sku.as_str(), "quantity": 1 }], "payment_token": PAYMENT_TOKEN });
        let request = Request::builder()
            .method(Method::POST)
            .uri("/orders")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("idempotency-key", &buyer)
            .header("x-correlation-id", &buyer)
            .body(Body::from(body.to_string()))
            .ok()?;
        let Ok(response) = self.gateway.clone().oneshot(request).await;
        if response.status() != StatusCode::ACCEPTED {
            return None;
        }
        let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.ok()?;
        let order: Value = serde_json::from_slice(&body).ok()?;
        order["id"].as_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_names_a_product_and_a_number_of_buyers() {
        let burst = Burst::read(br#"{"sku": "MUG-01", "buyers": 500}"#).unwrap();
        assert_eq!((burst.sku.as_str(), burst.buyers), ("MUG-01", 500));
        for body in [
            &b"{}"[..],
            b"not JSON",
            br#"{"sku": "MUG-01"}"#,
            br#"{"sku": "MUG-01", "buyers": 0}"#,
            br#"{"sku": "MUG-01", "buyers": 501}"#,
            br#"{"sku": "MUG-01", "buyers": "2"}"#,
            br#"{"sku": "", "buyers": 2}"#,
        ] {
            assert!(Burst::read(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }
}
