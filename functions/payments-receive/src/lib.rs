//! Handles `POST /payments/events`: receives a signed event of the payment provider.

use domain::fulfilment::receive_payment_event::ReceivePaymentEvent;
use door::failure::problem;
use door::request::malformed_event;
use door::subject;
use entry::http::http;
use entry::response::HttpResponse;
use entry::webhook::{SIGNATURE_HEADER, WebhookKey};
use events::invocation::{Invocation, Reply};
use serde_json::Value;
use wire::payment_event::PaymentEventBody;

pub async fn handle(invocation: Invocation, receive: &ReceivePaymentEvent, key: &WebhookKey) -> Reply {
    http(invocation, |request| async move {
        // Before the body is parsed: only the provider may make this function work.
        let now_seconds = receive.clock.now().unix_ms().div_euclid(1_000);
        key.verify(request.header(SIGNATURE_HEADER), &request.body, now_seconds)?;
        let json: Value = request.json_body()?;
        let event = PaymentEventBody::read(&json).map_err(malformed_event)?;
        subject::order(&event.order);
        receive.run(&event.order, event.kind).await.map_err(problem)?;
        tracing::info!(event = event.kind.as_str(), "payment event received");
        Ok(HttpResponse::empty(204))
    })
    .await
}

#[cfg(test)]
mod tests {
    use domain::fulfilment::payment_results::{PaymentVerdict, WaitToken};
    use function_tests::{ORDER, World, http, problem};
    use serde_json::json;

    use super::*;

    /// The tokens that were completed, and with which verdict.
    fn resumed(world: &World) -> Vec<(String, &'static str)> {
        let text = |(token, verdict): (&WaitToken, &PaymentVerdict)| (token.reveal().to_owned(), verdict.as_str());
        world.memory.look(|tables| tables.resumed.iter().map(text).collect())
    }

    async fn answer(world: &World, invocation: Invocation) -> Value {
        let key = &world.shop.settings.webhook_key;
        http(handle(invocation, &ReceivePaymentEvent::from(&world.shop.ports), key).await)
    }

    /// The event of the file, with this body, signed at this many seconds after now.
    fn signed(world: &World, body: &str, seconds: i64) -> Invocation {
        let mut invocation = function_tests::event("payments-receive");
        let now = world.shop.ports.clock.now().unix_ms() / 1_000;
        let header = world.shop.settings.webhook_key.sign(body.as_bytes(), now + seconds);
        invocation["headers"]["popshop-signature"] = json!(header);
        invocation["body"] = json!(body);
        world.invocation_of("payments-receive", invocation)
    }

    fn event(kind: &str) -> String {
        json!({"id": "evt-1", "type": kind, "order_id": ORDER, "occurred_at": "2026-11-01T10:00:00Z"}).to_string()
    }

    #[tokio::test]
    async fn a_signed_event_is_received_however_often_it_comes() {
        let world = World::with_order("tok_later_ok").await;
        for kind in [
            "payment.authorized",
            "payment.authorized",
            "payment.captured",
            "payment.refunded",
        ] {
            let reply = answer(&world, signed(&world, &event(kind), 0)).await;
            assert_eq!(reply["status"], 204, "{kind}: {reply}");
        }
    }

    #[tokio::test]
    async fn the_event_of_the_file_is_accepted() {
        let world = World::with_order("tok_later_ok").await;
        assert_eq!(
            answer(&world, world.invocation("payments-receive")).await["status"],
            204
        );
    }

    #[tokio::test]
    async fn the_first_verdict_resumes_every_wait() {
        let world = World::with_order("tok_later_ok").await;
        world.send("saga-await-payment").await.unwrap();
        assert_eq!(resumed(&world), []);
        for kind in ["payment.declined", "payment.authorized"] {
            answer(&world, signed(&world, &event(kind), 0)).await;
            assert_eq!(
                resumed(&world),
                [("AAAAKgAAAAIAAAAAAAAAAQ".to_owned(), "DECLINED")],
                "{kind}"
            );
        }
    }

    #[tokio::test]
    async fn an_event_without_a_fresh_signature_is_refused_and_changes_nothing() {
        let world = World::with_order("tok_later_ok").await;
        world.send("saga-await-payment").await.unwrap();
        for invocation in [
            world.invocation("payments-receive.rejected"),
            signed(&world, &event("payment.authorized"), 301),
            signed(&world, &event("payment.authorized"), -301),
        ] {
            let reply = answer(&world, invocation).await;
            let mut expected = problem("invalid-signature", "A valid signature is required", 401);
            expected["detail"] = reply["body"]["detail"].clone();
            assert_eq!((&reply["status"], &reply["body"]), (&json!(401), &expected));
        }
        assert_eq!(resumed(&world), []);
    }

    #[tokio::test]
    async fn a_signed_body_that_is_no_event_is_malformed() {
        let world = World::with_order("tok_later_ok").await;
        let reply = answer(&world, signed(&world, "{", 0)).await;
        assert_eq!(
            (&reply["status"], &reply["body"]["title"]),
            (&json!(400), &json!("The request body cannot be parsed"))
        );
        let reply = answer(&world, signed(&world, &event("payment.lost"), 0)).await;
        let title = "The event cannot be read";
        assert_eq!(
            (&reply["status"], &reply["body"]["title"]),
            (&json!(400), &json!(title))
        );
        assert_eq!(reply["body"]["errors"][0]["pointer"], "/type");
    }
}
