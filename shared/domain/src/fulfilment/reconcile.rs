//! Finds orders whose saga failed, was never started, or ended without a status, and parks or restarts them.

use std::sync::Arc;
use std::time::Duration;

use super::ports::{
    FulfilmentOrder, OrderBook, OverduePage, OverduePosition, OverdueQuery, Parking, SagaKind, SagaRunner,
    SagaStanding, SagaStart, Transition,
};
use crate::ports::{Clock, Pause, PortFailure, UnreadableItem};
use crate::values::{OrderId, Timestamp};

/// An order waits too long if it has not changed for this time: longer than a saga takes that is not stuck.
pub const OVERDUE_AFTER: Duration = Duration::from_mins(15);
/// Orders that a sweep reads at once.
pub const SWEEP_PAGE_ORDERS: usize = 100;
/// Orders that one sweep reconciles at most: as many calls as Step Functions answers in a minute, and a limit for the
/// log.
pub const SWEEP_ORDERS_MAX: usize = 2_000;

/// The use case behind the events of ended executions and the scheduled sweep.
pub struct ReconcileOrders {
    /// The stored orders, with their status.
    pub book: Arc<dyn OrderBook>,
    /// Starts sagas, and reads how they stand.
    pub runner: Arc<dyn SagaRunner>,
    /// The time that is stored with each change.
    pub clock: Arc<dyn Clock>,
    /// Picks the random order at which a long sweep continues.
    pub pause: Arc<dyn Pause>,
}

/// The result of reconciling one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// Its saga had not been started.
    Started,
    /// Its saga has not ended. Nothing was changed.
    StillRunning,
    /// It waits for an operator.
    Parked,
    /// It no longer waits for this saga.
    AlreadySettled,
}

/// The report of one sweep. Failures are part of it, so that they do not hide what was done.
#[derive(Debug, Default)]
pub struct Sweep {
    /// The reconciled orders, with the result of each.
    pub reconciled: Vec<(OrderId, Reconciled)>,
    /// The orders that could not be reconciled, with the first failure of each.
    pub failed: Vec<(OrderId, PortFailure)>,
    /// Stored items that cannot be read. They are left out of the list.
    pub unreadable: Vec<UnreadableItem>,
    /// The list could not be read any further.
    pub list_failure: Option<PortFailure>,
    /// The time or the number of orders ran out. The next sweep continues.
    pub stopped_early: bool,
}

impl Sweep {
    /// How many orders were looked at.
    pub fn orders(&self) -> usize {
        self.reconciled.len() + self.failed.len()
    }

    /// The first failure, if any.
    pub fn failure(self) -> Option<PortFailure> {
        let failed = self.failed.into_iter().map(|(_, failure)| failure);
        failed.chain(self.list_failure).next()
    }
}

impl ReconcileOrders {
    /// Parks the order of an execution that failed, timed out or was aborted.
    pub async fn ended(&self, kind: SagaKind, id: &OrderId, parking: &Parking) -> Result<Reconciled, PortFailure> {
        let Some(order) = self.book.find(id).await? else {
            return Ok(Reconciled::AlreadySettled);
        };
        // An order saga that failed after its confirmation has nothing to undo, and must not park a cancel.
        if SagaKind::awaited_by(order.status) != Some(kind) {
            return Ok(Reconciled::AlreadySettled);
        }
        self.park(id, kind, parking).await
    }

    /// Reconciles the orders that have waited too long, because an event was lost or an end was not reported.
    ///
    /// The longest unchanged orders come first in every sweep. The others begin at a random one, so that orders whose
    /// saga still runs cannot keep those behind them waiting for ever. A failing order does not stop the others. No
    /// order is begun after `stop_at`.
    pub async fn sweep(&self, stop_at: Timestamp) -> Sweep {
        let mut sweep = Sweep::default();
        if let Err(failure) = self.sweep_all(stop_at, &mut sweep).await {
            sweep.list_failure = Some(failure);
        }
        sweep
    }

    async fn sweep_all(&self, stop_at: Timestamp, sweep: &mut Sweep) -> Result<(), PortFailure> {
        let before = self.clock.now().minus(OVERDUE_AFTER);
        let Some(first_end) = self.sweep_page(before, None, stop_at, sweep).await? else {
            return Ok(());
        };
        let range = before.since(first_end.updated_at);
        let random = OverduePosition {
            updated_at: first_end.updated_at.plus(self.pause.part_of(range)),
            ..first_end.clone()
        };
        // Orders of the very millisecond at which the random part began are in both parts, or in the second one only.
        let until_random = random.updated_at.plus(Duration::from_millis(1)).min(before);
        for (before, from) in [(before, random), (until_random, first_end)] {
            let mut after = Some(from);
            while let Some(position) = after {
                after = self.sweep_page(before, Some(position), stop_at, sweep).await?;
            }
        }
        Ok(())
    }

    /// Reconciles one page, and returns where the next one begins. `None` if there is none, or the sweep has to stop.
    async fn sweep_page(
        &self,
        before: Timestamp,
        after: Option<OverduePosition>,
        stop_at: Timestamp,
        sweep: &mut Sweep,
    ) -> Result<Option<OverduePosition>, PortFailure> {
        if sweep.stopped_early {
            return Ok(None);
        }
        let limit = SWEEP_PAGE_ORDERS;
        let query = OverdueQuery { before, after, limit };
        let OverduePage {
            orders,
            unreadable,
            next,
        } = self.book.overdue(&query).await?;
        sweep.unreadable.extend(unreadable);
        for order in orders {
            if self.clock.now() >= stop_at || sweep.orders() >= SWEEP_ORDERS_MAX {
                sweep.stopped_early = true;
                return Ok(None);
            }
            match self.reconcile(&order).await {
                Ok(outcome) => sweep.reconciled.push((order.id, outcome)),
                Err(failure) => sweep.failed.push((order.id, failure)),
            }
        }
        Ok(next)
    }

    async fn reconcile(&self, order: &FulfilmentOrder) -> Result<Reconciled, PortFailure> {
        let Some(kind) = SagaKind::awaited_by(order.status) else {
            return Ok(Reconciled::AlreadySettled);
        };
        let id = &order.id;
        match self.runner.standing(kind, id).await? {
            SagaStanding::Running => Ok(Reconciled::StillRunning),
            // The list may be older than the standing, so `ended` reads the order again before it parks it.
            SagaStanding::Ended(parking) => self.ended(kind, id, &parking).await,
            SagaStanding::Succeeded => self.ended(kind, id, &unsettled(kind, id)).await,
            SagaStanding::NotStarted => {
                let correlation_id = order.correlation_id_of(kind).clone();
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
        cause: "the execution succeeded, but the order still waits".to_owned(),
    }
}
