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
