//! Handles `POST /orders/{id}/cancel`: begins to cancel a confirmed order.

use domain::orders::cancel::CancelOrder;
use domain::orders::ports::CancelOutcome;
use domain::values::{OrderId, OrderStatus};
use door::caller::customer;
use door::failure::problem;
use door::request::correlation_id;
use door::subject;
use entry::http::http;
use entry::problem::{Problem, RETRY_AFTER_SECONDS};
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::order::OrderJson;

pub async fn handle(invocation: Invocation, cancel: &CancelOrder) -> Reply {
    http(invocation, |request| async move {
        let customer = customer(&request)?;
        let id = OrderId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        subject::order(&id);
        let outcome = cancel.run(&customer, &id, &correlation_id(&request)?).await;
        match outcome.map_err(problem)? {
            CancelOutcome::Cancelling(order) => {
                let response = HttpResponse::json(202, &OrderJson::from(&order))?;
                Ok(response.header("Location", format!("/orders/{id}")))
            }
            CancelOutcome::Refused(status) => Err(refused(status)),
            CancelOutcome::NotFound => Err(Problem::not_found()),
        }
    })
    .await
}

/// A pending order will be confirmed or rejected shortly: asking again then can succeed. No other state leads back.
fn refused(status: OrderStatus) -> Problem {
    let problem = Problem::conflict(format!("an order that is {} cannot be cancelled", status.as_str()));
    if status == OrderStatus::Pending {
        problem.retry_after(RETRY_AFTER_SECONDS)
    } else {
        problem
    }
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, http, problem};
    use serde_json::{Value, json};

    use super::*;

    async fn answer(world: &World, name: &str) -> Value {
        http(handle(world.invocation(name), &CancelOrder::from(&world.shop.ports)).await)
    }

    #[tokio::test]
    async fn a_confirmed_order_begins_to_be_cancelled_however_often_that_is_asked() {
        let world = World::with_order("tok_ok").await;
        world.confirm(ORDER).await;
        let first = answer(&world, "orders-cancel").await;
        assert_eq!(
            (&first["status"], &first["body"]["status"]),
            (&json!(202), &json!("CANCELLING"))
        );
        assert_eq!(first["headers"]["Location"], format!("/orders/{ORDER}"));
        assert_eq!(answer(&world, "orders-cancel").await, first);
    }

    #[tokio::test]
    async fn a_pending_order_may_be_cancelled_later_and_a_rejected_one_never() {
        let world = World::open();
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        let pending = answer(&world, "orders-cancel.rejected").await;
        let mut body = problem("conflict", "The request conflicts with the current state", 409);
        body["detail"] = json!("an order that is PENDING cannot be cancelled");
        assert_eq!((&pending["status"], &pending["body"]), (&json!(409), &body));
        assert_eq!(pending["headers"]["Retry-After"], "2");

        world.send("saga-reject-order.rejected").await.unwrap();
        let rejected = answer(&world, "orders-cancel.rejected").await;
        assert_eq!(
            (&rejected["status"], rejected["headers"].get("Retry-After")),
            (&json!(409), None)
        );
        assert_eq!(answer(&world, "orders-cancel").await["status"], 404);
    }
}
