//! Handles `GET /orders/{id}/events`: shows the history of an order to its customer only.

use domain::orders::get_history::GetOrderHistory;
use domain::values::OrderId;
use door::caller::customer;
use door::failure::problem;
use door::subject;
use entry::http::http;
use entry::problem::Problem;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::order_events::OrderEventsJson;

pub async fn handle(invocation: Invocation, get: &GetOrderHistory) -> Reply {
    http(invocation, |request| async move {
        let customer = customer(&request)?;
        // What cannot be an id names no order.
        let id = OrderId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        subject::order(&id);
        let found = get.run(&customer, &id).await.map_err(problem)?;
        let events = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &OrderEventsJson::from(events.as_slice()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use domain::values::{RejectionReason, Timestamp};
    use function_tests::{NOW_MS, ORDER, OTHER_ORDER, World, event, http, problem};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_history_has_every_status_with_its_time_and_actor() {
        let world = World::with_order("tok_ok").await;
        let get = GetOrderHistory::from(&world.shop.ports);
        let placed = http(handle(world.invocation("orders-events"), &get).await);
        let pending = json!({"at": "2026-11-01T10:00:00.000Z", "status": "PENDING", "by": "customer"});
        assert_eq!(
            (&placed["status"], &placed["body"]),
            (&json!(200), &json!({"events": [&pending]}))
        );
        let (id, reason) = (OrderId::parse(ORDER).unwrap(), RejectionReason::OutOfStock);
        let later = Timestamp::from_unix_ms(NOW_MS + 1_500);
        world.shop.ports.book.reject(&id, reason, later).await.unwrap();
        let answer = http(handle(world.invocation("orders-events"), &get).await);
        let rejected = json!({
            "at": "2026-11-01T10:00:01.500Z", "status": "REJECTED", "reason": "out_of_stock", "by": "saga",
        });
        assert_eq!(answer["body"], json!({"events": [pending, rejected]}));
    }

    #[tokio::test]
    async fn a_history_is_shown_to_the_customer_of_the_order_only() {
        let world = World::with_order("tok_ok").await;
        let get = GetOrderHistory::from(&world.shop.ports);
        let not_found = problem("not-found", "Not found", 404);
        let anothers = http(handle(world.invocation("orders-events.rejected"), &get).await);
        assert_eq!((&anothers["status"], &anothers["body"]), (&json!(404), &not_found));
        for id in [OTHER_ORDER, "no%20id", "ä"] {
            let mut absent = event("orders-events");
            absent["pathParameters"]["id"] = json!(id);
            let answer = http(handle(world.invocation_of("orders-events", absent), &get).await);
            assert_eq!(answer["body"], not_found, "{id}");
        }
    }
}
