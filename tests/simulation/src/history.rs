//! Runs one history: takes actions and faults, and returns violated rules, outcomes and a timeline.

use std::sync::Arc;

use domain::stored_order::StoredOrder;
use domain::values::{OrderId, OrderStatus};
use local_host::template::TemplateFault;
use serde_json::Value;

use crate::customers::{Action, act, parked, redrive};
use crate::design::Design;
use crate::events;
use crate::faults::{Fault, Plan, Point};
use crate::invariants::{Invariant, Violation};
use crate::scheduler::{Owner, Stopped, lock};
use crate::world::{BEGINNING_MS, Consequences, Pace, Watched, World};
use crate::{provider, stream, workflows};

/// All orders must settle within this time: three times the timeout of an execution, and two host outages of an hour.
const SETTLED_WITHIN_MS: i64 = 6 * 60 * 60 * 1_000;

const CONSEQUENCES: Consequences = Consequences {
    changed: stream::wake,
    saga_started: workflows::begin,
    announced: provider::announce,
};

/// The input of a history.
#[derive(Debug, Clone)]
pub struct History {
    pub seed: u64,
    pub actions: Vec<Action>,
    pub plan: Plan,
    pub pace: Pace,
}

/// The result of a history.
#[derive(Debug)]
pub struct Report {
    pub violations: Vec<Violation>,
    pub injected: Vec<Fault>,
    pub reached: Vec<Point>,
    /// The final status of every order, in the order of their creation; `PARKED, then …` if an operator had to act.
    pub outcomes: Vec<String>,
    /// Empty unless the history ran with a timeline.
    pub timeline: Vec<String>,
}

/// A world without faults and delays, for the contracts of the ports.
pub fn world_at_rest(design: &Arc<Design>) -> Arc<World> {
    let chance = (Plan::Chosen(Vec::new()), 0);
    let world = World::new(design, CONSEQUENCES, chance, Pace::Instant, Watched::Not);
    lock(&world.injector).is_off = true;
    world
}

impl History {
    pub fn run(&self, design: &Arc<Design>) -> Report {
        self.run_with(design, Watched::Not).0
    }

    /// Also records the timeline, which is byte for byte the same for the same history.
    pub fn run_with_timeline(&self, design: &Arc<Design>) -> Report {
        self.run_with(design, Watched::AsTimeline).0
    }

    /// Also returns the history as a file for the console: every record with its simulated time.
    pub fn run_exported(&self, design: &Arc<Design>) -> Result<(Report, Value), TemplateFault> {
        let (report, world) = self.run_with(design, Watched::AsRecords);
        let file = world.exported.as_ref().map(|exported| exported.file(self.seed, design));
        Ok((report, file.transpose()?.unwrap_or_default()))
    }

    fn run_with(&self, design: &Arc<Design>, watched: Watched) -> (Report, Arc<World>) {
        let chance = (self.plan.clone(), self.seed);
        let world = World::new(design, CONSEQUENCES, chance, self.pace, watched);
        for action in &self.actions {
            act(&world, action);
        }
        events::sweep_for_ever(&world);
        settle(&world);
        let parked = parked(&world);
        if !parked.is_empty() {
            operate(&world, &parked);
        }
        let is_calm = lock(&world.injector).injected.is_empty();
        world.look(|tables| lock(&world.auditor).check_end(tables));
        let outcomes = outcomes(&world, &parked);
        let mut auditor = lock(&world.auditor);
        if is_calm && !parked.is_empty() {
            auditor.violated(Invariant::WithoutFaultsNoOrderFails, "an order was parked");
        }
        drop(auditor);
        world.export_violations();
        let violations = std::mem::take(&mut lock(&world.auditor).violations);
        let mut injector = lock(&world.injector);
        let (injected, reached) = (
            std::mem::take(&mut injector.injected),
            std::mem::take(&mut injector.reached),
        );
        drop(injector);
        let timeline = world.timeline();
        world.scheduler.kill_all();
        let report = Report {
            violations,
            injected,
            reached,
            outcomes,
            timeline,
        };
        (report, world)
    }
}

/// Runs until every order has settled and no event or request is pending.
fn settle(world: &Arc<World>) {
    let horizon_ms = world.now_ms() + SETTLED_WITHIN_MS;
    loop {
        let stopped = world.scheduler.run(horizon_ms);
        let unsettled = unsettled(world);
        if unsettled.is_empty() {
            return;
        }
        if stopped == Stopped::OutOfTime {
            let what = format!("{unsettled:?} are neither final nor parked");
            lock(&world.auditor).violated(Invariant::EveryOrderSettles, what);
            return;
        }
        // Only the schedule is left: time passes until its next run.
        let elapsed_ms = world.now_ms() - BEGINNING_MS;
        let next_ms = (elapsed_ms / events::SWEEP_EVERY_MS + 1) * events::SWEEP_EVERY_MS;
        let passed = world.sleep_until(BEGINNING_MS + next_ms + 1);
        world.spawn(Owner::World, passed);
    }
}

fn unsettled(world: &World) -> Vec<String> {
    world.look(|tables| {
        let open = |status| matches!(status, OrderStatus::Pending | OrderStatus::Cancelling);
        let rows = tables.orders.rows.values().filter(|row| open(row.order.status));
        rows.map(|row| row.order.id.to_string()).collect()
    })
}

/// Ends all faults, and redrives the parked orders.
fn operate(world: &Arc<World>, orders: &[OrderId]) {
    lock(&world.injector).is_off = true;
    for id in orders {
        let parking = world.look(|tables| tables.orders.rows.get(id).and_then(|row| row.parking.clone()));
        let says_why = parking.is_some_and(|parking| !parking.execution.is_empty() && !parking.error.is_empty());
        if !says_why {
            lock(&world.auditor).violated(Invariant::ParkedSaysWhy, format!("the parking of {id} has no reason"));
        }
        if !redrive(world, id) {
            lock(&world.auditor).violated(Invariant::RedriveSettles, format!("order {id} cannot be redriven"));
        }
    }
    settle(world);
    let left = parked(world);
    if !left.is_empty() {
        lock(&world.auditor).violated(Invariant::RedriveSettles, format!("{left:?} are parked again"));
    }
}

fn outcomes(world: &World, parked: &[OrderId]) -> Vec<String> {
    world.look(|tables| {
        let outcome = |row: &StoredOrder| {
            let order = &row.order;
            let status = order.status.as_str();
            let because = order
                .reason
                .map(|reason| format!(" ({})", reason.as_str()))
                .unwrap_or_default();
            let before = if parked.contains(&order.id) {
                "PARKED, then "
            } else {
                ""
            };
            format!("{before}{status}{because}")
        };
        tables.orders.rows.values().map(outcome).collect()
    })
}
