//! The ports of the workflow engine that runs the sagas.

use async_trait::async_trait;

use crate::ports::PortFailure;
use crate::values::{CorrelationId, OrderId, OrderStatus};

/// Why an order was PARKED.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parking {
    /// The execution that ended without an end state of its own.
    pub execution: String,
    /// Its error name and cause, as the workflow engine reports them.
    pub error: String,
    /// The cause of that error: the step's answer, or its stack trace.
    pub cause: String,
}

/// The two sagas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SagaKind {
    /// Fulfils an order.
    Order,
    /// Undoes a confirmed order.
    Cancel,
}

impl SagaKind {
    /// Both sagas.
    pub const ALL: [Self; 2] = [Self::Order, Self::Cancel];

    /// The saga that an order with this status waits for.
    pub fn awaited_by(status: OrderStatus) -> Option<Self> {
        match status {
            OrderStatus::Pending => Some(Self::Order),
            OrderStatus::Cancelling => Some(Self::Cancel),
            OrderStatus::Confirmed | OrderStatus::Rejected | OrderStatus::Cancelled | OrderStatus::Parked => None,
        }
    }

    /// The saga that a change of an order's status starts; `before` is `None` for a new order.
    pub fn started_by(before: Option<OrderStatus>, after: OrderStatus) -> Option<Self> {
        match after {
            OrderStatus::Pending => before.is_none().then_some(Self::Order),
            OrderStatus::Cancelling => (before == Some(OrderStatus::Confirmed)).then_some(Self::Cancel),
            OrderStatus::Confirmed | OrderStatus::Rejected | OrderStatus::Cancelled | OrderStatus::Parked => None,
        }
    }

    /// The status of an order that waits for this saga.
    pub fn awaited_in(self) -> OrderStatus {
        match self {
            Self::Order => OrderStatus::Pending,
            Self::Cancel => OrderStatus::Cancelling,
        }
    }

    /// The name of the one execution per order and kind. Because of it a replayed stream event starts nothing.
    pub fn execution_name(self, order: &OrderId) -> String {
        match self {
            Self::Order => order.to_string(),
            Self::Cancel => format!("{order}-cancel"),
        }
    }

    /// The reverse of [`SagaKind::execution_name`], for events about executions.
    pub fn of_execution_name(self, name: &str) -> Option<OrderId> {
        let id = match self {
            Self::Order => name,
            Self::Cancel => name.strip_suffix("-cancel")?,
        };
        OrderId::parse(id).ok()
    }
}

/// A request to start a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaStart {
    /// Which of the two sagas.
    pub kind: SagaKind,
    /// The order that it is for.
    pub order: OrderId,
    /// The saga logs under it: [`correlation_id_of`](super::ports::FulfilmentOrder::correlation_id_of).
    pub correlation_id: CorrelationId,
}

/// The status of a saga's execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SagaStanding {
    /// There is no execution of this order and kind.
    NotStarted,
    /// The execution has not ended.
    Running,
    /// The execution ended as it should, whatever it decided about the order.
    Succeeded,
    /// FAILED, `TIMED_OUT` or ABORTED.
    Ended(Parking),
}

/// Starts sagas, and reads their status.
#[async_trait]
pub trait SagaRunner: Send + Sync {
    /// MUST start at most one execution per [`SagaKind::execution_name`]; one that exists already is success.
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure>;
    /// The status of the execution of this order and kind.
    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure>;
}

/// The answer to a redrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redrive {
    /// The execution runs again, from the state that failed.
    Redriven,
    /// It has not ended, or another redrive was faster.
    Running,
    /// It cannot be redriven, for this reason: it succeeded, was never started, or ended too long ago.
    Impossible(String),
}

/// Redrives executions that failed, timed out or were aborted.
#[async_trait]
pub trait SagaRedriver: Send + Sync {
    /// MUST NOT repeat a state that succeeded. MUST be repeatable.
    async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure>;
}
