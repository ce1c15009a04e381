//! Plays the payment provider that answers later: signs its notices and sends them to the shop's own webhook.

use std::time::Duration;

use adapter_embedded::gateway::{DueNotice, SandboxGateway};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::ports::PortFailure;
use entry::webhook::{SIGNATURE_HEADER, WebhookKey};
use serde_json::json;
use tower::ServiceExt as _;

use crate::events::clock::now_ms;
use crate::faults::payments::{Payments, PaymentsMode};

/// The route of the template that receives events.
const PATH: &str = "/payments/events";
/// How long to wait for notices without a change of their table: a notice becomes due without one.
const IDLE_POLL: Duration = Duration::from_millis(250);
/// Notices sent by one look at their table.
const BATCH_MAX: u32 = 50;
/// The pause before a notice that was refused is sent again.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// Attempts to send a notice before it is given up: longer than any order waits.
const ATTEMPTS_MAX: u32 = 20;

/// The sender of notices.
pub(crate) struct PaymentProvider {
    pub(crate) gateway: SandboxGateway,
    /// A provider that is switched off does not report either.
    pub(crate) payments: Payments,
    pub(crate) key: WebhookKey,
    /// The whole host: a notice takes the way of a request from outside.
    pub(crate) app: Router,
    /// The host and port of requests.
    pub(crate) authority: String,
}

impl PaymentProvider {
    /// Sends every notice when it is due, and again until it is received.
    pub(crate) async fn run(self) {
        let changes = self.gateway.watch_notices();
        loop {
            let next_change = changes.notified();
            if self.payments.mode() != PaymentsMode::Down {
                self.send_due().await;
            }
            tokio::select! {
                () = next_change => {}
                () = tokio::time::sleep(IDLE_POLL) => {}
            }
        }
    }

    async fn send_due(&self) {
        let sent = async {
            for notice in self.gateway.due_notices(BATCH_MAX).await? {
                let status = self.send(&notice).await;
                if status == StatusCode::NO_CONTENT {
                    self.gateway.remove_notice(notice.sequence).await?;
                } else if notice.attempts + 1 < ATTEMPTS_MAX {
                    self.gateway.delay_notice(notice.sequence, RETRY_DELAY).await?;
                } else {
                    tracing::error!(status = status.as_u16(), "a notice of the payment provider is given up");
                    self.gateway.remove_notice(notice.sequence).await?;
                }
            }
            Ok::<(), PortFailure>(())
        };
        if let Err(failure) = sent.await {
            let error: &dyn std::error::Error = &failure;
            tracing::error!(error, "notices of the payment provider cannot be sent");
        }
    }

    async fn send(&self, notice: &DueNotice) -> StatusCode {
        let body = json!({
            "id": format!("evt-{}", notice.sequence),
            "type": notice.kind.as_str(),
            "order_id": notice.payment.as_str(),
            "occurred_at": wire::time::rfc3339(notice.decided_at),
        })
        .to_string();
        // Signed at every attempt: an old signature is refused.
        let now_seconds = now_ms().div_euclid(1_000);
        let request = Request::builder()
            .method(Method::POST)
            .uri(PATH)
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .header(SIGNATURE_HEADER, self.key.sign(body.as_bytes(), now_seconds))
            .body(Body::from(body));
        let Ok(request) = request else {
            return StatusCode::BAD_REQUEST;
        };
        // The router itself never fails: it answers.
        let answered = self.app.clone().oneshot(request).await;
        answered.map_or(StatusCode::INTERNAL_SERVER_ERROR, |response| response.status())
    }
}
