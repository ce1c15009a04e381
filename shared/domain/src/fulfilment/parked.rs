//! What can an operator do about orders that their saga has left behind?

use std::sync::Arc;

use super::ports::{ParkedOrder, ParkedOrders, PaymentRecord, PaymentRecords, Redrive, SagaKind, SagaRedriver};
use crate::ports::PortFailure;
use crate::values::{OrderId, OrderStatus};

/// As many as a person looks at; more of them are one problem and not many.
pub const PARKED_SHOWN_MAX: usize = 100;

pub struct ListParked {
    pub parked: Arc<dyn ParkedOrders>,
    pub records: Arc<dyn PaymentRecords>,
}

/// A parked order beside our own note of its payment. The gateway's ledger decides what was really taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedCase {
    pub parked: ParkedOrder,
    pub payment: Option<PaymentRecord>,
}

impl ListParked {
    pub async fn run(&self) -> Result<Vec<ParkedCase>, PortFailure> {
        let mut cases = Vec::new();
        for parked in self.parked.list(PARKED_SHOWN_MAX).await? {
            let payment = self.records.find(&parked.order.id).await?;
            cases.push(ParkedCase { parked, payment });
        }
        Ok(cases)
    }
}

pub struct RedriveOrder {
    pub parked: Arc<dyn ParkedOrders>,
    pub redriver: Arc<dyn SagaRedriver>,
}

#[derive(Debug, thiserror::Error)]
pub enum RedriveOrderError {
    #[error("no such order is parked")]
    NotParked,
    /// The stored order breaks a rule: an order is parked from a status in which it waits for a saga.
    #[error("the order is stored as parked from {}, in which no saga works on it", .0.as_str())]
    ParkedFromNoSaga(OrderStatus),
    #[error("its execution runs already")]
    AlreadyRunning,
    #[error("its execution cannot be redriven: {0}")]
    Impossible(String),
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RedriveOrder {
    /// The order stays PARKED until the execution leads it on, or fails again.
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
