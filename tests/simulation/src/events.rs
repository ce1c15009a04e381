//! Delivers events to saga-reconcile like EventBridge and asynchronous invocations: at least once, in any order, or
//! never.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::faults::{Found, Kind, Nature};
use crate::functions::invoke;
use crate::scheduler::Owner;
use crate::world::{BEGINNING_MS, World};

/// `Schedule` of saga-reconcile in `infra/template.yaml`.
pub(crate) const SWEEP_EVERY_MS: i64 = 5 * 60 * 1_000;
/// The pauses of Lambda before the second and the third attempt of an asynchronous invocation.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
const RETRIES_MS: [i64; 2] = [60_000, 120_000];
/// The delay of an event that a later event overtakes.
const OVERTAKEN_MS: i64 = 30_000;

/// Delivers the event to saga-reconcile in a separate task.
pub(crate) fn deliver(world: &Arc<World>, channel: &'static str, event: &Value) {
    for delay_ms in deliveries_ms(world, channel) {
        attempt(world, delay_ms, event.clone());
    }
}

/// The delays of one event's deliveries: none for an event that is lost.
pub(crate) fn deliveries_ms(world: &World, channel: &'static str) -> Vec<i64> {
    match world.at(channel, "deliver", Nature::Deliver) {
        Found::Fault(Kind::Lose) => Vec::new(),
        Found::Fault(Kind::Twice) => vec![0, 0],
        Found::Fault(Kind::Again { delay_ms }) => vec![delay_ms, 0],
        Found::Fault(Kind::Delay { delay_ms }) => vec![delay_ms],
        Found::Fault(Kind::Reorder) => vec![OVERTAKEN_MS],
        _ => vec![0],
    }
}

fn attempt(world: &Arc<World>, delay_ms: i64, event: Value) {
    let (arrives, world_of_task) = (world.sleep(delay_ms), Arc::clone(world));
    world.spawn(Owner::World, async move {
        arrives.await;
        reconcile(&world_of_task, event).await;
    });
}

async fn reconcile(world: &Arc<World>, event: Value) {
    for pause_ms in RETRIES_MS {
        if invoke(world, "saga-reconcile", event.clone()).await.is_ok() {
            return;
        }
        world.sleep(pause_ms).await;
    }
    if invoke(world, "saga-reconcile", event).await.is_err() {
        world.record(|| "       an event for saga-reconcile goes to the dead-letter queue".to_owned());
    }
}

/// Runs the schedule as long as other tasks run.
pub(crate) fn sweep_for_ever(world: &Arc<World>) {
    let world_of_task = Arc::clone(world);
    world.spawn(Owner::Background, async move {
        loop {
            let elapsed_ms = world_of_task.now_ms() - BEGINNING_MS;
            let next_ms = (elapsed_ms / SWEEP_EVERY_MS + 1) * SWEEP_EVERY_MS;
            world_of_task.sleep_until(BEGINNING_MS + next_ms).await;
            let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
            deliver(&world_of_task, "schedule", &event);
        }
    });
}
