//! Parks or restarts orders whose saga no longer works on them. Step Functions reports executions that ended badly, and
//! a schedule starts a sweep for orders that have waited too long.

use std::time::Duration;

use domain::fulfilment::ports::{Parking, SagaKind};
use domain::fulfilment::reconcile::{ReconcileOrders, Reconciled};
use domain::values::{OrderId, Timestamp};
use door::failure::step_error;
use door::time::deadline;
use door::{subject, unreadable};
use entry::step::{STEP_INPUT_MALFORMED, StepError, step};
use events::invocation::{Invocation, Reply};
use serde_json::{Value, json};
use telemetry::context::correlate;
use telemetry::error_chain::error_chain;
use telemetry::metric::Metric;
use telemetry::metrics;
use wire::execution_status::ExecutionStatusChange;
use wire::saga::SagaInput;

/// The statuses of an execution that ended without reaching an end state of its own.
const ENDED_BADLY: [&str; 3] = ["FAILED", "TIMED_OUT", "ABORTED"];

/// Which state machine runs which saga, by ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaArns {
    pub order: String,
    pub cancel: String,
}

/// No order is begun in the last seconds of an invocation. An order takes two calls of some 10 ms; a call that hangs
/// gets what is left, less the time for the report.
const SWEEP_STOPS_BEFORE_DEADLINE: Duration = Duration::from_secs(10);

pub async fn handle(invocation: Invocation, reconcile: &ReconcileOrders, sagas: &SagaArns) -> Reply {
    let stop_at = deadline(invocation.context.deadline_ms).minus(SWEEP_STOPS_BEFORE_DEADLINE);
    step(invocation, |mut event: Value| async move {
        // `get_mut` instead of an index: an event that is not an object must be refused, not panic.
        let detail = event.get_mut("detail").map(Value::take).unwrap_or_default();
        match (event["source"].as_str(), event["detail-type"].as_str()) {
            (Some("aws.states"), Some("Step Functions Execution Status Change")) => {
                ended(detail, reconcile, sagas).await
            }
            (Some("aws.events"), Some("Scheduled Event")) => sweep(reconcile, stop_at).await,
            _ => Err(malformed(
                "the event is neither a status change of Step Functions nor a scheduled event",
            )),
        }
    })
    .await
}

async fn ended(detail: Value, reconcile: &ReconcileOrders, sagas: &SagaArns) -> Result<Value, StepError> {
    let change: ExecutionStatusChange =
        serde_json::from_value(detail).map_err(|_| malformed("the event's detail is not a status change"))?;
    if !ENDED_BADLY.contains(&change.status.as_str()) {
        return Ok(json!({"outcome": "IGNORED"}));
    }
    let (kind, order) = saga_of(&change, sagas).ok_or_else(|| malformed("the execution is not one of a saga"))?;
    let input = change.input.as_deref().map(serde_json::from_str::<SagaInput>);
    subject::order(&order);
    if let Some(Ok(input)) = input {
        correlate(input.correlation_id.as_str());
    }
    let parking = Parking {
        execution: change.execution_arn,
        // A timeout or an abort has no error of its own.
        error: change.error.unwrap_or(change.status),
        cause: change.cause.unwrap_or_default(),
    };
    let reconciled = reconcile.ended(kind, &order, &parking).await.map_err(step_error)?;
    let outcome = report(reconciled);
    tracing::warn!(outcome, error = parking.error, "saga ended badly");
    Ok(json!({"outcome": outcome}))
}

/// Reports everything that the sweep did before it fails because of one order.
async fn sweep(reconcile: &ReconcileOrders, stop_at: Timestamp) -> Result<Value, StepError> {
    let sweep = reconcile.sweep(stop_at).await;
    for (order, reconciled) in &sweep.reconciled {
        let outcome = report(*reconciled);
        tracing::warn!(order_id = order.as_str(), outcome, "overdue order");
    }
    for (order, failure) in &sweep.failed {
        let error = error_chain(failure);
        tracing::warn!(order_id = order.as_str(), error, "overdue order failed");
    }
    unreadable::report(&sweep.unreadable);
    if sweep.stopped_early {
        tracing::warn!("the sweep ran out of time, the next one continues");
    }
    let orders = sweep.orders();
    match sweep.failure() {
        None => Ok(json!({"outcome": "SWEPT", "orders": orders})),
        Some(failure) => Err(step_error(failure)),
    }
}

fn saga_of(change: &ExecutionStatusChange, sagas: &SagaArns) -> Option<(SagaKind, OrderId)> {
    let kind = match &change.state_machine_arn {
        arn if *arn == sagas.order => SagaKind::Order,
        arn if *arn == sagas.cancel => SagaKind::Cancel,
        _ => return None,
    };
    let order = kind.of_execution_name(&change.name)?;
    Some((kind, order))
}

fn report(reconciled: Reconciled) -> &'static str {
    if reconciled == Reconciled::Parked {
        metrics::count(Metric::OrdersParked);
    }
    match reconciled {
        Reconciled::Started => "STARTED",
        Reconciled::StillRunning => "STILL_RUNNING",
        Reconciled::Parked => "PARKED",
        Reconciled::AlreadySettled => "ALREADY_SETTLED",
    }
}

fn malformed(message: &str) -> StepError {
    StepError::new(STEP_INPUT_MALFORMED, message)
}

#[cfg(test)]
mod tests;
