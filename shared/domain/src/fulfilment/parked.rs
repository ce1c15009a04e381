//! Lists the PARKED orders for an operator, and redrives one.

use std::sync::Arc;

use super::ports::{
    ParkedList, ParkedOrder, ParkedOrders, PaymentRecord, PaymentRecords, Redrive, SagaKind, SagaRedriver,
};
use crate::ports::{PortFailure, UnreadableItem};
use crate::values::{OrderId, OrderStatus};

/// At most this many orders are listed: more than a person looks at.
pub const PARKED_SHOWN_MAX: usize = 100;

/// The use case behind the operator's list.
pub struct ListParked {
    /// The PARKED orders.
    pub parked: Arc<dyn ParkedOrders>,
    /// The shop's own records of payments, for people.
    pub records: Arc<dyn PaymentRecords>,
}

/// A PARKED order and our own record of its payment. The gateway's ledger decides what was really captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedCase {
    /// The order, and why it was parked.
    pub parked: ParkedOrder,
    /// Our own record of its payment, if there is one.
    pub payment: Option<PaymentRecord>,
}

/// The operator's list, and the items that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedCases {
    /// Longest parked first.
    pub cases: Vec<ParkedCase>,
    /// Stored items that cannot be read. They are left out of the list.
    pub unreadable: Vec<UnreadableItem>,
}

impl ListParked {
    /// Longest parked first, at most [`PARKED_SHOWN_MAX`].
    pub async fn run(&self) -> Result<ParkedCases, PortFailure> {
        let ParkedList { parked, unreadable } = self.parked.list(PARKED_SHOWN_MAX).await?;
        let mut cases = Vec::new();
        for parked in parked {
            let payment = self.records.find(&parked.order.id).await?;
            cases.push(ParkedCase { parked, payment });
        }
        Ok(ParkedCases { cases, unreadable })
    }
}

/// The use case behind the operator's redrive.
pub struct RedriveOrder {
    /// The PARKED orders.
    pub parked: Arc<dyn ParkedOrders>,
    /// Continues the failed execution.
    pub redriver: Arc<dyn SagaRedriver>,
}

/// Why an order is not redriven.
#[derive(Debug, thiserror::Error)]
pub enum RedriveOrderError {
    /// The order does not exist, or has another status.
    #[error("the order does not exist or is not PARKED")]
    NotParked,
    /// The stored order breaks a rule: an order is PARKED only from a status in which it waits for a saga.
    #[error("the order is stored as PARKED from {}, a status in which it waits for no saga", .0.as_str())]
    ParkedFromNoSaga(OrderStatus),
    /// The execution has not ended, or another redrive was faster.
    #[error("the order's execution is already running")]
    AlreadyRunning,
    /// The execution cannot be redriven, for this reason.
    #[error("the order's execution cannot be redriven: {0}")]
    Impossible(String),
    /// A call to a port failed; its `transient` says whether a retry can help.
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RedriveOrder {
    /// The order stays PARKED until the execution changes its status, or fails again.
    pub async fn run(&self, id: &OrderId) -> Result<(), RedriveOrderError> {
        let parked = self.parked.find(id).await?.ok_or(RedriveOrderError::NotParked)?;
        let from = parked.parked_from;
        let kind = SagaKind::awaited_by(from).ok_or(RedriveOrderError::ParkedFromNoSaga(from))?;
        match self.redriver.redrive(kind, id).await? {
            Redrive::Redriven => Ok(()),
            Redrive::Running => Err(RedriveOrderError::AlreadyRunning),
            Redrive::Impossible(reason) => Err(RedriveOrderError::Impossible(reason)),
        }
    }
}
