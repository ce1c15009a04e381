//! How does `GET /orders/{id}` show an order to its customer, and to nobody else?

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
