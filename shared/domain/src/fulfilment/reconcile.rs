//! Which orders were left behind by their saga?

use std::sync::Arc;
use std::time::Duration;

use super::ports::{FulfilmentOrder, OrderBook, Parking, SagaKind, SagaRunner, SagaStanding, SagaStart, Transition};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

/// Longer than any saga takes that is not stuck.
pub const OVERDUE_AFTER: Duration = Duration::from_mins(15);
/// Orders looked at in one sweep; the next one goes on.
pub const SWEEP_ORDERS_MAX: usize = 100;

pub struct ReconcileOrders {
    pub book: Arc<dyn OrderBook>,
    pub runner: Arc<dyn SagaRunner>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// Nobody had started its saga.
    Started,
    StillRunning,
    /// Set aside for an operator.
    Parked,
    /// Its end was reached by other means.
    AlreadySettled,
}

impl ReconcileOrders {
    /// An execution ended otherwise than by its own last state.
    pub async fn ended(&self, kind: SagaKind, id: &OrderId, parking: &Parking) -> Result<Reconciled, PortFailure> {
        let Some(order) = self.book.find(id).await? else {
            return Ok(Reconciled::AlreadySettled);
        };
        // An order saga that failed behind its confirmation left nothing undone, and must not park a cancel.
        if SagaKind::awaited_by(order.status) != Some(kind) {
            return Ok(Reconciled::AlreadySettled);
        }
        self.park(id, kind, parking).await
    }

    /// Looks after orders that have waited too long: an event that got lost, an end that nobody told.
    ///
    /// Every order gets its turn, also behind one that fails; the first failure is told once all had it, and what was
    /// done until then stays done.
    pub async fn sweep(&self) -> Result<Vec<(OrderId, Reconciled)>, PortFailure> {
        let before = self.clock.now().minus(OVERDUE_AFTER);
        let mut outcomes = Vec::new();
        let mut first_failure = None;
        for order in self.book.overdue(before, SWEEP_ORDERS_MAX).await? {
            match self.reconcile(&order).await {
                Ok(outcome) => outcomes.push((order.id, outcome)),
                Err(failure) => first_failure = first_failure.or(Some(failure)),
            }
        }
        first_failure.map_or(Ok(outcomes), Err)
    }

    async fn reconcile(&self, order: &FulfilmentOrder) -> Result<Reconciled, PortFailure> {
        let Some(kind) = SagaKind::awaited_by(order.status) else {
            return Ok(Reconciled::AlreadySettled);
        };
        let id = &order.id;
        match self.runner.standing(kind, id).await? {
            SagaStanding::Running => Ok(Reconciled::StillRunning),
            // The list may be older than the standing, so the order is read once more before it is set aside.
            SagaStanding::Ended(parking) => self.ended(kind, id, &parking).await,
            SagaStanding::Succeeded => self.ended(kind, id, &unsettled(kind, id)).await,
            SagaStanding::NotStarted => {
                let correlation_id = order.correlation_id.clone();
                self.runner
                    .start(&SagaStart {
                        kind,
                        order: id.clone(),
                        correlation_id,
                    })
                    .await?;
                Ok(Reconciled::Started)
            }
        }
    }

    async fn park(&self, id: &OrderId, kind: SagaKind, parking: &Parking) -> Result<Reconciled, PortFailure> {
        match self.book.park(id, kind, parking, self.clock.now()).await? {
            Transition::Done => Ok(Reconciled::Parked),
            Transition::AlreadyDone | Transition::Refused(_) | Transition::NotFound => Ok(Reconciled::AlreadySettled),
        }
    }
}

fn unsettled(kind: SagaKind, id: &OrderId) -> Parking {
    Parking {
        execution: kind.execution_name(id),
        error: "OrderNotSettled".to_owned(),
        cause: "the execution succeeded, and the order still waits".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{Book, FixedClock, Runner, World, order, order_id};
    use super::*;
    use crate::values::{OrderStatus, Timestamp};

    fn reconcile(book: &Arc<Book>, runner: &Arc<Runner>) -> ReconcileOrders {
        ReconcileOrders {
            book: Arc::clone(book) as _,
            runner: Arc::clone(runner) as _,
            clock: Arc::new(FixedClock),
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
                world.book.bring(&world.id, status);
                let reconcile = reconcile(&world.book, &Arc::default());
                let outcome = reconcile.ended(kind, &world.id, &timed_out()).await.unwrap();
                if (status, kind) == (OrderStatus::Pending, SagaKind::Order)
                    || (status, kind) == (OrderStatus::Cancelling, SagaKind::Cancel)
                {
                    assert_eq!(outcome, Reconciled::Parked, "{status:?} {kind:?}");
                    assert_eq!(world.book.status(&world.id), OrderStatus::Parked);
                    assert_eq!(world.book.parking(&world.id), Some(timed_out()));
                } else {
                    assert_eq!(outcome, Reconciled::AlreadySettled, "{status:?} {kind:?}");
                    assert_eq!(world.book.status(&world.id), status);
                }
                let again = reconcile.ended(kind, &world.id, &timed_out()).await.unwrap();
                assert_eq!(again, Reconciled::AlreadySettled);
            }
        }
    }

    #[tokio::test]
    async fn the_end_of_a_saga_without_an_order_is_nothing_to_act_on() {
        let reconcile = reconcile(&Arc::default(), &Arc::default());
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
                let (world, runner) = (World::new(), Arc::new(Runner::default()));
                world.book.bring(&world.id, status);
                if standing != SagaStanding::NotStarted {
                    runner.set(kind, &world.id, standing);
                }
                let outcomes = reconcile(&world.book, &runner).sweep().await.unwrap();
                assert_eq!(outcomes, [(world.id.clone(), expected)], "{status:?}");
                let parking = world.book.parking(&world.id);
                assert_eq!(parking.as_ref().map(|parking| parking.error.as_str()), error);
                assert_eq!(world.book.status(&world.id) == OrderStatus::Parked, error.is_some());
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
                assert_eq!(runner.starts(), starts);
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
                let (world, runner) = (World::new(), Arc::new(Runner::default()));
                runner.set(SagaKind::Order, &world.id, standing);
                world.book.overtake(&world.id, status);
                let outcomes = reconcile(&world.book, &runner).sweep().await.unwrap();
                assert_eq!(outcomes, [(world.id.clone(), Reconciled::AlreadySettled)]);
                assert_eq!(world.book.status(&world.id), status);
            }
        }
    }

    #[tokio::test]
    async fn an_order_is_overdue_after_a_quarter_of_an_hour() {
        let (book, runner) = (Arc::new(Book::default()), Arc::new(Runner::default()));
        let limit = Timestamp::from_unix_ms(FixedClock::NOW_MS).minus(OVERDUE_AFTER);
        for (id, updated_at) in [("young", limit), ("old", limit.minus(Duration::from_millis(1)))] {
            book.put(FulfilmentOrder {
                updated_at,
                ..order(id, "tok_ok")
            });
        }
        let outcomes = reconcile(&book, &runner).sweep().await.unwrap();
        assert_eq!(outcomes, [(order_id("old"), Reconciled::Started)]);
    }

    #[tokio::test]
    async fn a_sweep_is_limited_and_the_next_one_goes_on() {
        let (book, runner) = (Arc::new(Book::default()), Arc::new(Runner::default()));
        for number in 0..=SWEEP_ORDERS_MAX {
            let order = order(&format!("order-{number}"), "tok_ok");
            runner.set(SagaKind::Order, &order.id, SagaStanding::Succeeded);
            book.put(order);
        }
        let reconcile = reconcile(&book, &runner);
        assert_eq!(reconcile.sweep().await.unwrap().len(), SWEEP_ORDERS_MAX);
        assert_eq!(reconcile.sweep().await.unwrap().len(), 1);
        assert_eq!(reconcile.sweep().await.unwrap(), []);
    }

    #[tokio::test]
    async fn an_order_in_trouble_does_not_hold_up_the_others() {
        let (book, runner) = (Arc::new(Book::default()), Arc::new(Runner::default()));
        for (id, updated_ms) in [("first", 1), ("second", 2)] {
            let updated_at = Timestamp::from_unix_ms(updated_ms);
            book.put(FulfilmentOrder {
                updated_at,
                ..order(id, "tok_ok")
            });
        }
        runner.silence(&order_id("first"));
        let failure = reconcile(&book, &runner).sweep().await.unwrap_err();
        assert_eq!(failure.action, "describe execution");
        assert_eq!(runner.starts().len(), 1);
    }
}
