//! Tests of parking and restarting orders whose saga no longer works on them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use adapter_memory::Memory;
use adapter_memory::time::SetClock;
use async_trait::async_trait;
use domain::fulfilment::ports::{Parking, SagaKind, SagaRunner, SagaStanding, SagaStart};
use domain::fulfilment::reconcile::{OVERDUE_AFTER, ReconcileOrders, Reconciled, SWEEP_PAGE_ORDERS, Sweep};
use domain::orders::order::Order;
use domain::ports::{Clock as _, Pause, PortFailure};
use domain::values::{CorrelationId, OrderId, OrderStatus, Timestamp};

use super::world::{World, bring, now, order, order_id};

fn reconcile(world: &World) -> ReconcileOrders {
    ReconcileOrders {
        book: world.memory.clone(),
        runner: world.memory.clone(),
        clock: world.clock.clone(),
        pause: world.clock.clone(),
    }
}

/// A sweep that has a minute.
async fn swept(world: &World) -> Sweep {
    reconcile(world)
        .sweep(world.clock.now().plus(Duration::from_mins(1)))
        .await
}

/// What a sweep did that had no failure.
async fn reconciled(world: &World) -> Vec<(OrderId, Reconciled)> {
    let sweep = swept(world).await;
    assert!(
        sweep.failed.is_empty() && sweep.list_failure.is_none() && sweep.unreadable.is_empty() && !sweep.stopped_early
    );
    sweep.reconciled
}

fn changed_at(id: &str, updated_at: Timestamp) -> Order {
    Order {
        updated_at,
        ..order(id, "tok_ok")
    }
}

fn timed_out() -> Parking {
    Parking {
        execution: "order-1".to_owned(),
        error: "TIMED_OUT".to_owned(),
        cause: String::new(),
    }
}

#[tokio::test]
async fn an_order_is_parked_only_by_the_saga_that_it_waits_for() {
    for status in OrderStatus::ALL {
        for kind in [SagaKind::Order, SagaKind::Cancel] {
            let world = World::new();
            world.bring(status);
            let reconcile = reconcile(&world);
            let outcome = reconcile.ended(kind, &world.id, &timed_out()).await.unwrap();
            if (status, kind) == (OrderStatus::Pending, SagaKind::Order)
                || (status, kind) == (OrderStatus::Cancelling, SagaKind::Cancel)
            {
                assert_eq!(outcome, Reconciled::Parked, "{status:?} {kind:?}");
                assert_eq!(world.status(), OrderStatus::Parked);
                assert_eq!(world.parking(), Some(timed_out()));
            } else {
                assert_eq!(outcome, Reconciled::AlreadySettled, "{status:?} {kind:?}");
                assert_eq!(world.status(), status);
            }
            let again = reconcile.ended(kind, &world.id, &timed_out()).await.unwrap();
            assert_eq!(again, Reconciled::AlreadySettled);
        }
    }
}

#[tokio::test]
async fn the_end_of_a_saga_without_an_order_is_nothing_to_act_on() {
    let reconcile = reconcile(&World::new());
    let outcome = reconcile
        .ended(SagaKind::Order, &order_id("order-2"), &timed_out())
        .await
        .unwrap();
    assert_eq!(outcome, Reconciled::AlreadySettled);
}

#[tokio::test]
async fn an_overdue_order_gets_what_its_saga_failed_to_do() {
    let standings = [
        (SagaStanding::NotStarted, Reconciled::Started, None),
        (SagaStanding::Running, Reconciled::StillRunning, None),
        (SagaStanding::Ended(timed_out()), Reconciled::Parked, Some("TIMED_OUT")),
        (SagaStanding::Succeeded, Reconciled::Parked, Some("OrderNotSettled")),
    ];
    for (status, kind) in [
        (OrderStatus::Pending, SagaKind::Order),
        (OrderStatus::Cancelling, SagaKind::Cancel),
    ] {
        for (standing, expected, error) in standings.clone() {
            let world = World::new();
            world.bring(status);
            if standing != SagaStanding::NotStarted {
                world.set_saga(kind, standing);
            }
            let outcomes = reconciled(&world).await;
            assert_eq!(outcomes, [(world.id.clone(), expected)], "{status:?}");
            let parking = world.parking();
            assert_eq!(parking.as_ref().map(|parking| parking.error.as_str()), error);
            assert_eq!(world.status() == OrderStatus::Parked, error.is_some());
            let correlation_id = world.order.correlation_id.clone();
            let started = SagaStart {
                kind,
                order: world.id.clone(),
                correlation_id,
            };
            let starts = if expected == Reconciled::Started {
                vec![started]
            } else {
                Vec::new()
            };
            assert_eq!(world.starts(), starts);
        }
    }
}

#[tokio::test]
async fn an_order_that_moved_on_while_it_was_looked_at_is_left_alone() {
    for status in [
        OrderStatus::Confirmed,
        OrderStatus::Rejected,
        OrderStatus::Cancelling,
        OrderStatus::Cancelled,
    ] {
        for standing in [SagaStanding::Succeeded, SagaStanding::Ended(timed_out())] {
            let world = World::new();
            world.set_saga(SagaKind::Order, standing);
            let id = world.id.clone();
            world
                .memory
                .change_before("sagas.standing", move |tables| bring(tables, &id, status));
            let outcomes = reconciled(&world).await;
            assert_eq!(outcomes, [(world.id.clone(), Reconciled::AlreadySettled)]);
            assert_eq!(world.status(), status);
        }
    }
}

#[tokio::test]
async fn an_order_is_overdue_after_a_quarter_of_an_hour() {
    let limit = now().minus(OVERDUE_AFTER);
    let ages = [("young", limit), ("old", limit.minus(Duration::from_millis(1)))];
    let world = World::with_orders(ages.map(|(id, updated_at)| changed_at(id, updated_at)));
    let outcomes = reconciled(&world).await;
    assert_eq!(outcomes, [(order_id("old"), Reconciled::Started)]);
}

fn number_of(reconciled: &[(OrderId, Reconciled)], outcome: Reconciled) -> usize {
    reconciled.iter().filter(|(_, found)| *found == outcome).count()
}

/// Orders of ascending age, the oldest first, and the standing of the sagas of the first `running` of them.
fn waiting(orders: usize, running: usize) -> World {
    let ids: Vec<String> = (0..orders).map(|number| format!("order-{number:04}")).collect();
    let at = |number: usize| Timestamp::from_unix_ms(i64::try_from(number).unwrap());
    let world = World::with_orders(ids.iter().enumerate().map(|(number, id)| changed_at(id, at(number))));
    world.memory.change(|tables| {
        for id in &ids[..running] {
            tables.sagas.set(SagaKind::Order, &order_id(id), SagaStanding::Running);
        }
    });
    world
}

#[tokio::test]
async fn sagas_that_still_run_do_not_hide_the_orders_behind_them() {
    let orders = 3 * SWEEP_PAGE_ORDERS + 2;
    let world = waiting(orders, orders - 1);
    let outcomes = reconciled(&world).await;
    assert_eq!(outcomes.len(), orders);
    assert_eq!(number_of(&outcomes, Reconciled::Started), 1);
    assert_eq!(world.starts()[0].order, order_id("order-0301"));
}

/// Picks the same part of every range.
struct Part(f64);

#[async_trait]
impl Pause for Part {
    async fn pause(&self, _: Duration) {}

    fn part_of(&self, longest: Duration) -> Duration {
        longest.mul_f64(self.0)
    }
}

#[tokio::test]
async fn wherever_the_random_part_begins_every_order_is_looked_at() {
    for part in [0.0, 0.000_01, 0.000_05, 0.000_09, 0.5, 1.0] {
        let orders = 3 * SWEEP_PAGE_ORDERS;
        let world = waiting(orders, orders);
        let reconcile = ReconcileOrders {
            pause: Arc::new(Part(part)),
            ..reconcile(&world)
        };
        let sweep = reconcile.sweep(now().plus(Duration::from_mins(1))).await;
        let ids: BTreeSet<OrderId> = sweep.reconciled.into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), orders, "{part}");
    }
}

/// A runner that takes a second per order.
struct Slow(Arc<Memory>, Arc<SetClock>);

#[async_trait]
impl SagaRunner for Slow {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        self.0.start(start).await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        self.1.advance(Duration::from_secs(1));
        SagaRunner::standing(self.0.as_ref(), kind, order).await
    }
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_begins_its_second_part_elsewhere() {
    let orders = 1_000;
    let world = waiting(orders, orders);
    // Of the overdue orders behind the first page, the last tenth.
    let begins = now().minus(OVERDUE_AFTER).since(Timestamp::from_unix_ms(99));
    let part = 800.0 / begins.as_secs_f64() / 1_000.0;
    let reconcile = ReconcileOrders {
        pause: Arc::new(Part(part)),
        runner: Arc::new(Slow(world.memory.clone(), world.clock.clone())),
        ..reconcile(&world)
    };
    let sweep = reconcile.sweep(now().plus(Duration::from_secs(150))).await;
    assert!(sweep.stopped_early);
    let ids: Vec<&str> = sweep.reconciled.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids.len(), 150);
    assert_eq!((ids[0], ids[99]), ("order-0000", "order-0099"), "the oldest come first");
    assert!(("order-0899".."order-0901").contains(&ids[100]), "{}", ids[100]);
}

#[tokio::test]
async fn an_order_that_fails_does_not_hide_what_was_done_about_the_others() {
    let ages = [("first", 1), ("second", 2)];
    let world = World::with_orders(ages.map(|(id, ms)| changed_at(id, Timestamp::from_unix_ms(ms))));
    world.memory.refuse_next("sagas.standing");
    let sweep = swept(&world).await;
    assert_eq!(sweep.reconciled, [(order_id("second"), Reconciled::Started)]);
    assert_eq!((sweep.failed[0].0.as_str(), sweep.orders()), ("first", 2));
    assert_eq!(sweep.failure().unwrap().action, "sagas.standing");
}

#[tokio::test]
async fn a_list_that_fails_does_not_hide_what_was_done_before() {
    let world = waiting(2 * SWEEP_PAGE_ORDERS, 0);
    world.memory.refuse_after(1, "orders.overdue");
    let sweep = swept(&world).await;
    assert_eq!(sweep.reconciled.len(), SWEEP_PAGE_ORDERS);
    assert_eq!(sweep.failure().unwrap().action, "orders.overdue");
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_named_and_left_out() {
    for damaged in [1, SWEEP_PAGE_ORDERS] {
        let world = waiting(SWEEP_PAGE_ORDERS + 2, 0);
        let ids: Vec<OrderId> = (0..damaged)
            .map(|number| order_id(&format!("order-{number:04}")))
            .collect();
        world
            .memory
            .change(|tables| tables.orders.damaged.extend(ids.iter().cloned()));
        let sweep = swept(&world).await;
        assert_eq!(sweep.unreadable.len(), damaged);
        assert_eq!(sweep.unreadable[0].key, "order#order-0000");
        assert_eq!(sweep.reconciled.len(), SWEEP_PAGE_ORDERS + 2 - damaged);
        assert!(sweep.failure().is_none());
    }
}

#[tokio::test]
async fn a_cancel_that_is_started_again_keeps_the_id_of_its_request() {
    let world = World::new();
    world.bring(OrderStatus::Cancelling);
    let request = CorrelationId::parse("cancel-request").unwrap();
    world.memory.change(|tables| {
        tables.orders.rows.get_mut(&world.id).unwrap().cancel_correlation_id = Some(request.clone());
    });
    reconciled(&world).await;
    assert_eq!(world.starts()[0].correlation_id, request);
}
