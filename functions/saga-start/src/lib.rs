//! Starts the saga of a new or cancelled order. The orders table's stream is the outbox: no order is written without
//! it.

use std::time::Duration;

use domain::fulfilment::ports::{SagaKind, SagaStart};
use domain::fulfilment::start::StartFulfilment;
use domain::ports::PortFailure;
use domain::values::{CorrelationId, OrderId, OrderStatus};
use door::subject;
use entry::records::records;
use events::batch::Undecodable;
use events::invocation::{Invocation, Reply};
use events::stream::{self, Attributes, ChangeKind, ItemChange};
use telemetry::calls::continue_from;
use telemetry::context::correlate;
use wire::order_item;

/// The most time that a change needs. To start an execution takes some 50 ms. A call that hangs is ended shortly before
/// the invocation is, so that its record fails in time.
const LONGEST_CHANGE: Duration = Duration::from_secs(1);

pub async fn handle(invocation: Invocation, start: &StartFulfilment) -> Reply {
    let decode = |change: ItemChange| saga_of(&change);
    records(
        invocation,
        LONGEST_CHANGE,
        stream::changes,
        decode,
        |cause: Option<Cause>| async move {
            let Some(Cause { saga, trace_header }) = cause else {
                return Ok(());
            };
            if let Some(header) = trace_header {
                continue_from(&header);
            }
            correlate(saga.correlation_id.as_str());
            subject::order(&saga.order);
            start.run(&saga).await?;
            let execution = saga.kind.execution_name(&saga.order);
            tracing::info!(execution, "saga started");
            Ok::<(), PortFailure>(())
        },
    )
    .await
}

/// A change that starts a saga.
struct Cause {
    saga: SagaStart,
    /// Of the request that made the change: what the saga does belongs to its trace.
    trace_header: Option<String>,
}

/// `None` for a change that starts nothing. The event source's filter lets none of those through, but a filter is a
/// matter of cost: which change means what is decided here.
fn saga_of(change: &ItemChange) -> Result<Option<Cause>, Undecodable> {
    let Some(new) = &change.new_image else {
        return Ok(None);
    };
    if new.string(order_item::KIND) != Some(order_item::KIND_ORDER) {
        return Ok(None);
    }
    let status_of = |item: &Attributes| item.string(order_item::STATUS).and_then(OrderStatus::parse);
    let before = change.old_image.as_ref().and_then(status_of);
    let kind = match change.kind {
        ChangeKind::Insert => status_of(new).and_then(|after| SagaKind::started_by(None, after)),
        ChangeKind::Modify => before
            .zip(status_of(new))
            .and_then(|(before, after)| SagaKind::started_by(Some(before), after)),
        ChangeKind::Remove => None,
    };
    let (kind, correlation_id, trace_header) = match kind {
        None => return Ok(None),
        Some(SagaKind::Order) => (SagaKind::Order, order_item::CORRELATION_ID, order_item::TRACE_HEADER),
        Some(SagaKind::Cancel) => (
            SagaKind::Cancel,
            order_item::CANCEL_CORRELATION_ID,
            order_item::CANCEL_TRACE_HEADER,
        ),
    };
    cause(kind, new, correlation_id, trace_header).map(Some)
}

fn cause(
    kind: SagaKind,
    item: &Attributes,
    correlation_id: &'static str,
    trace_header: &str,
) -> Result<Cause, Undecodable> {
    let order = OrderId::parse(required(item, order_item::ORDER_ID)?);
    let correlation_id = CorrelationId::parse(required(item, correlation_id)?);
    let saga = SagaStart {
        kind,
        order: order.map_err(|fault| Undecodable::new(format!("order id: {fault}")))?,
        correlation_id: correlation_id.map_err(|fault| Undecodable::new(format!("correlation id: {fault}")))?,
    };
    let trace_header = item.string(trace_header).map(str::to_owned);
    Ok(Cause { saga, trace_header })
}

fn required<'i>(item: &'i Attributes, name: &'static str) -> Result<&'i str, Undecodable> {
    item.string(name)
        .ok_or_else(|| Undecodable::new(format!("order item without {name}")))
}

#[cfg(test)]
mod tests;
