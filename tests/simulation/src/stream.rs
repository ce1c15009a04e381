//! Delivers order changes to saga-start like Lambda's poller: in order, in batches, with retries up to a limit.

use std::collections::BTreeSet;
use std::sync::Arc;

use adapter_memory::tables::orders::Change;
use domain::values::OrderStatus;
use serde_json::{Value, json};
use wire::order_item;

use crate::design::Acknowledges;
use crate::faults::{Found, Kind, Nature};
use crate::functions::invoke;
use crate::scheduler::{Owner, lock};
use crate::world::World;

/// `BatchSize` and `MaximumRetryAttempts` of the event source in `infra/template.yaml`.
const BATCH_SIZE: usize = 25;
const RETRIES_MAX: u32 = 20;
/// The delay until the poller gets a change.
const POLL_MS: i64 = 50;
const RETRY_DELAY_MS: i64 = 200;
const RETRY_DELAY_MS_MAX: i64 = 10_000;

/// Starts polling if there are new changes and no poll runs.
pub(crate) fn wake(world: &Arc<World>, changes: usize) {
    let mut position = lock(&world.position);
    if position.is_polled || position.next >= changes {
        return;
    }
    position.is_polled = true;
    drop(position);
    let world_of_task = Arc::clone(world);
    world.spawn(Owner::World, async move { poll(&world_of_task).await });
}

/// Polls until the stream has no changes left.
async fn poll(world: &Arc<World>) {
    let mut failures = 0;
    loop {
        world.sleep(POLL_MS).await;
        let next = lock(&world.position).next;
        let (batch, end) = world.look(|tables| batch(&tables.orders.stream, next));
        for (sequence, change) in &batch {
            world.export(|exported| exported.change(*sequence, &record(change, *sequence)));
        }
        if batch.is_empty() {
            // No other task runs between the check and this line.
            let mut position = lock(&world.position);
            (position.next, position.is_polled) = (end, false);
            return;
        }
        if world.design.acknowledges == Acknowledges::BeforeItIsDone {
            acknowledge(world, end);
        }
        let done_to = deliver(world, &batch, end).await;
        let made_progress = done_to > next;
        failures = if made_progress { 0 } else { failures + 1 };
        if failures > RETRIES_MAX {
            world.record(|| format!("       change {next} goes to the dead-letter queue"));
            lock(&world.position).next = batch[0].0 + 1;
            failures = 0;
        } else if made_progress {
            acknowledge(world, done_to);
        } else {
            let delay_ms = RETRY_DELAY_MS << failures.min(16);
            world.sleep(delay_ms.min(RETRY_DELAY_MS_MAX)).await;
        }
    }
}

type Numbered = (usize, Change);

/// The next changes that match the filter, and the position after them.
fn batch(stream: &[Change], next: usize) -> (Vec<Numbered>, usize) {
    let mut batch = Vec::new();
    for (sequence, change) in stream.iter().enumerate().skip(next) {
        if is_wanted(change) {
            if batch.len() == BATCH_SIZE {
                return (batch, sequence);
            }
            batch.push((sequence, change.clone()));
        }
    }
    (batch, stream.len())
}

/// The sequence number up to which the batch is done.
async fn deliver(world: &Arc<World>, batch: &[Numbered], end: usize) -> usize {
    let again = |delay_ms| {
        let (records, again, later) = (batch.to_vec(), Arc::clone(world), world.sleep(delay_ms));
        world.spawn(Owner::World, async move {
            later.await;
            // The poller ignores the result of a repeated delivery.
            let _unread = hand_over(&again, &records).await;
        });
    };
    match world.at("order-stream", "deliver", Nature::Deliver) {
        Found::Fault(Kind::Lose) => {
            // Given up after too many attempts: the change goes to the dead-letter queue.
            lock(&world.position).next = end;
            return end;
        }
        Found::Fault(Kind::Twice) => {
            // The first answer got lost.
            let _unread = hand_over(world, batch).await;
        }
        Found::Fault(Kind::Again { delay_ms }) => again(delay_ms),
        Found::Fault(Kind::Delay { delay_ms }) => world.sleep(delay_ms).await,
        Found::Fault(Kind::Reorder) => {
            for record in batch.iter().rev() {
                if hand_over(world, std::slice::from_ref(record)).await != Ok(None) {
                    return 0;
                }
            }
            return end;
        }
        _ => {}
    }
    match hand_over(world, batch).await {
        Ok(None) => end,
        Ok(Some(failed)) => failed,
        Err(()) => 0,
    }
}

/// Invokes saga-start, and returns the first sequence number that failed, if any.
async fn hand_over(world: &Arc<World>, batch: &[Numbered]) -> Result<Option<usize>, ()> {
    let records: Vec<Value> = batch
        .iter()
        .map(|(sequence, change)| record(change, *sequence))
        .collect();
    let answer = invoke(world, "saga-start", json!({ "Records": records }))
        .await
        .map_err(|_| ())?;
    let failures = answer["batchItemFailures"].as_array().ok_or(())?;
    let failed: BTreeSet<usize> = failures
        .iter()
        .filter_map(|failure| failure["itemIdentifier"].as_str()?.parse().ok())
        .collect();
    Ok(failed.first().copied())
}

/// Marks changes as done, so that they are not delivered again.
fn acknowledge(world: &Arc<World>, to: usize) {
    let from = std::mem::replace(&mut lock(&world.position).next, to);
    let done: Vec<Change> = world.look(|tables| tables.orders.stream.get(from..to).unwrap_or_default().to_vec());
    for change in done.iter().filter(|change| is_wanted(change)) {
        let executions = lock(&world.executions);
        lock(&world.auditor).acknowledged(change, &executions);
    }
}

/// The filter of saga-start's event source in `infra/template.yaml`.
fn is_wanted(change: &Change) -> bool {
    matches!(
        (change.old, change.new.order.status),
        (None, OrderStatus::Pending) | (Some(OrderStatus::Confirmed), OrderStatus::Cancelling)
    )
}

/// The change as a record of DynamoDB Streams, with the members that the shop reads.
fn record(change: &Change, sequence: usize) -> Value {
    let new = &change.new;
    let mut image = json!({
        order_item::KIND: { "S": order_item::KIND_ORDER },
        order_item::ORDER_ID: { "S": new.order.id.as_str() },
        order_item::STATUS: { "S": new.order.status.as_str() },
        order_item::CORRELATION_ID: { "S": new.order.correlation_id.as_str() },
    });
    if let Some(id) = &new.cancel_correlation_id {
        image[order_item::CANCEL_CORRELATION_ID] = json!({ "S": id.as_str() });
    }
    let mut record = json!({
        "Keys": { "pk": { "S": format!("order#{}", new.order.id) } },
        "NewImage": image,
        "SequenceNumber": sequence.to_string(),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    if let Some(old) = change.old {
        record["OldImage"] = json!({
            order_item::KIND: { "S": order_item::KIND_ORDER },
            order_item::STATUS: { "S": old.as_str() },
        });
    }
    json!({
        "eventID": format!("change-{sequence}"),
        "eventName": if change.old.is_none() { "INSERT" } else { "MODIFY" },
        "eventSource": "aws:dynamodb",
        "dynamodb": record,
    })
}
