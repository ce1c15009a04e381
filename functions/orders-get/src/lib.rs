//! Handles `GET /orders/{id}`: shows an order to its customer only.

use domain::orders::get::GetOrder;
use domain::values::OrderId;
use door::caller::customer;
use door::failure::problem;
use door::subject;
use entry::http::http;
use entry::problem::Problem;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::order::OrderJson;

pub async fn handle(invocation: Invocation, get: &GetOrder) -> Reply {
    http(invocation, |request| async move {
        let customer = customer(&request)?;
        // What cannot be an id names no order.
        let id = OrderId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        subject::order(&id);
        let found = get.run(&customer, &id).await.map_err(problem)?;
        let order = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &OrderJson::from(&order))
    })
    .await
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, OTHER_ORDER, World, event, http, problem};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_order_is_shown_to_its_customer_only() {
        let world = World::with_order("tok_ok").await;
        let get = GetOrder::from(&world.shop.ports);
        let answer = http(handle(world.invocation("orders-get"), &get).await);
        assert_eq!((&answer["status"], &answer["body"]["id"]), (&json!(200), &json!(ORDER)));
        let not_found = problem("not-found", "Not found", 404);
        let anothers = http(handle(world.invocation("orders-get.rejected"), &get).await);
        assert_eq!((&anothers["status"], &anothers["body"]), (&json!(404), &not_found));
        for id in [OTHER_ORDER, "no%20id", "ä"] {
            let mut absent = event("orders-get");
            absent["pathParameters"]["id"] = json!(id);
            let answer = http(handle(world.invocation_of("orders-get", absent), &get).await);
            assert_eq!(answer["body"], not_found, "{id}");
        }
    }
}
