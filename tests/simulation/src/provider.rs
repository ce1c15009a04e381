//! Delivers the notices of the payment provider to the webhook: signed, at least once, in any order, or never.

use std::sync::Arc;

use domain::values::OrderId;
use entry::webhook::SIGNATURE_HEADER;
use sandbox_gateway::notices::Notice;
use serde_json::{Value, json};

use crate::events::deliveries_ms;
use crate::functions::{invoke, settings};
use crate::scheduler::Owner;
use crate::world::World;

/// The pauses of the provider before it delivers a notice again that was not answered with 204.
const RETRIES_MS: [i64; 3] = [5_000, 60_000, 600_000];

/// Delivers the notice in a separate task.
pub(crate) fn announce(world: &Arc<World>, payment: &OrderId, notice: Notice) {
    let after_ms = i64::try_from(notice.after.as_millis()).unwrap_or(i64::MAX);
    for delay_ms in deliveries_ms(world, "payment-events") {
        let (arrives, sender) = (world.sleep(after_ms.saturating_add(delay_ms)), Arc::clone(world));
        let body = json!({
            "id": format!("{payment}-{}", notice.kind.as_str()),
            "type": notice.kind.as_str(),
            "order_id": payment.as_str(),
            "occurred_at": "2027-01-15T08:00:00Z",
        })
        .to_string();
        world.spawn(Owner::World, async move {
            arrives.await;
            send(&sender, &body).await;
        });
    }
}

async fn send(world: &Arc<World>, body: &str) {
    for pause_ms in RETRIES_MS {
        if is_received(world, body).await {
            return;
        }
        world.sleep(pause_ms).await;
    }
    if !is_received(world, body).await {
        world.record(|| "       the provider gives a notice up".to_owned());
    }
}

async fn is_received(world: &Arc<World>, body: &str) -> bool {
    let answer = invoke(world, "payments-receive", request(world, body)).await;
    answer.is_ok_and(|answer| answer["statusCode"] == 204)
}

/// Signed anew at every delivery, as providers do.
fn request(world: &World, body: &str) -> Value {
    const PATH: &str = "/payments/events";
    let signature = settings().webhook_key.sign(body.as_bytes(), world.now_ms() / 1_000);
    let route = format!("POST {PATH}");
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": PATH,
        "rawQueryString": "",
        "headers": { "content-type": "application/json", SIGNATURE_HEADER.to_ascii_lowercase(): signature },
        "requestContext": {
            "http": {
                "method": "POST", "path": PATH, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9", "userAgent": "provider",
            },
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": 0,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}
