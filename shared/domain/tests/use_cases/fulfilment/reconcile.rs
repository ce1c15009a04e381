//! Which orders were left behind by their saga?

use std::time::Duration;

use domain::fulfilment::ports::{Parking, SagaKind, SagaStanding, SagaStart};
use domain::fulfilment::reconcile::{OVERDUE_AFTER, ReconcileOrders, Reconciled, SWEEP_ORDERS_MAX};
use domain::orders::order::Order;
use domain::values::{OrderStatus, Timestamp};

use super::world::{World, bring, now, order, order_id};

fn reconcile(world: &World) -> ReconcileOrders {
    ReconcileOrders {
        book: world.memory.clone(),
        runner: world.memory.clone(),
        clock: world.clock.clone(),
    }
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
            let outcomes = reconcile(&world).sweep().await.unwrap();
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
            let outcomes = reconcile(&world).sweep().await.unwrap();
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
    let outcomes = reconcile(&world).sweep().await.unwrap();
    assert_eq!(outcomes, [(order_id("old"), Reconciled::Started)]);
}

#[tokio::test]
async fn a_sweep_is_limited_and_the_next_one_goes_on() {
    let ids: Vec<String> = (0..=SWEEP_ORDERS_MAX).map(|number| format!("order-{number}")).collect();
    let world = World::with_orders(ids.iter().map(|id| order(id, "tok_ok")));
    for id in &ids {
        let succeeded = SagaStanding::Succeeded;
        world
            .memory
            .change(|tables| tables.sagas.set(SagaKind::Order, &order_id(id), succeeded));
    }
    let reconcile = reconcile(&world);
    assert_eq!(reconcile.sweep().await.unwrap().len(), SWEEP_ORDERS_MAX);
    assert_eq!(reconcile.sweep().await.unwrap().len(), 1);
    assert_eq!(reconcile.sweep().await.unwrap(), []);
}

#[tokio::test]
async fn an_order_in_trouble_does_not_hold_up_the_others() {
    let ages = [("first", 1), ("second", 2)];
    let world = World::with_orders(ages.map(|(id, ms)| changed_at(id, Timestamp::from_unix_ms(ms))));
    world.memory.refuse_next("sagas.standing");
    let failure = reconcile(&world).sweep().await.unwrap_err();
    assert_eq!(failure.action, "sagas.standing");
    assert_eq!(world.starts().len(), 1);
}
