//! How does `GET /orders/{id}` show an order to its customer, and to nobody else?

use domain::orders::get::GetOrder;
use domain::values::{CustomerId, OrderId};
use edge::http::http;
use edge::invocation::{Invocation, Reply};
use edge::problem::Problem;
use edge::response::HttpResponse;
use edge::telemetry::about;
use edge::trace::Subject;
use wire::order::OrderJson;

pub async fn handle(invocation: Invocation, get: &GetOrder) -> Reply {
    http(invocation, |request| async move {
        let customer = CustomerId::parse(&request.caller()?.subject);
        let customer = customer.map_err(|fault| Problem::unauthenticated(fault.to_string()))?;
        // What cannot be an id names no order.
        let id = OrderId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        about(Subject::Order, id.as_str());
        let found = get.run(&customer, &id).await;
        let found = found.map_err(|failure| Problem::outside(&failure, failure.transient))?;
        let order = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &OrderJson::from(&order))
    })
    .await
}
