//! How does `POST /orders/{id}/cancel` begin to undo a confirmed order?

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
