//! How does `POST /orders/{id}/cancel` begin to undo a confirmed order?

use domain::orders::cancel::CancelOrder;
use domain::orders::ports::CancelOutcome;
use domain::values::{CorrelationId, CustomerId, OrderId, OrderStatus};
use edge::http::http;
use edge::invocation::{Invocation, Reply};
use edge::problem::{Problem, RETRY_AFTER_SECONDS};
use edge::response::HttpResponse;
use edge::telemetry::about;
use edge::trace::Subject;
use wire::order::OrderJson;

pub async fn handle(invocation: Invocation, cancel: &CancelOrder) -> Reply {
    http(invocation, |request| async move {
        let customer = CustomerId::parse(&request.caller()?.subject);
        let customer = customer.map_err(|fault| Problem::unauthenticated(fault.to_string()))?;
        let id = OrderId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        about(Subject::Order, id.as_str());
        let correlation_id = CorrelationId::parse(&request.correlation_id);
        let correlation_id = correlation_id.map_err(|fault| Problem::internal(&fault))?;
        let outcome = cancel.run(&customer, &id, &correlation_id).await;
        match outcome.map_err(|failure| Problem::outside(&failure, failure.transient))? {
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
