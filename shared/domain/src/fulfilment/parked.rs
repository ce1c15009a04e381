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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::super::fakes::{World, euros, order};
    use super::super::ports::{Parking, PaymentState};
    use super::*;
    use crate::values::Timestamp;

    struct Parked(Vec<ParkedOrder>);

    #[async_trait]
    impl ParkedOrders for Parked {
        async fn list(&self, limit: usize) -> Result<Vec<ParkedOrder>, PortFailure> {
            Ok(self.0.iter().take(limit).cloned().collect())
        }

        async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
            Ok(self.0.iter().find(|parked| parked.order.id == *id).cloned())
        }
    }

    /// Answers what it is told, and remembers what it was asked.
    struct Redriver {
        answer: Redrive,
        asked: Mutex<Vec<(SagaKind, OrderId)>>,
    }

    #[async_trait]
    impl SagaRedriver for Redriver {
        async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure> {
            self.asked.lock().unwrap().push((kind, order.clone()));
            Ok(self.answer.clone())
        }
    }

    fn parked(from: OrderStatus) -> ParkedOrder {
        ParkedOrder {
            order: order("order-1", "tok_ok"),
            parked_from: from,
            parking: Parking {
                execution: "execution".to_owned(),
                error: "TransientFailure".to_owned(),
                cause: String::new(),
            },
        }
    }

    async fn redriven(from: OrderStatus, answer: Redrive) -> (Result<(), RedriveOrderError>, Vec<(SagaKind, OrderId)>) {
        let redriver = Arc::new(Redriver {
            answer,
            asked: Mutex::default(),
        });
        let redrive = RedriveOrder {
            parked: Arc::new(Parked(vec![parked(from)])),
            redriver: Arc::clone(&redriver) as _,
        };
        let outcome = redrive.run(&parked(from).order.id).await;
        let asked = redriver.asked.lock().unwrap().clone();
        (outcome, asked)
    }

    #[tokio::test]
    async fn an_order_is_redriven_by_the_saga_that_it_waited_for() {
        let id = parked(OrderStatus::Pending).order.id;
        for (from, kind) in [
            (OrderStatus::Pending, SagaKind::Order),
            (OrderStatus::Cancelling, SagaKind::Cancel),
        ] {
            let (outcome, asked) = redriven(from, Redrive::Redriven).await;
            assert!(outcome.is_ok(), "{outcome:?}");
            assert_eq!(asked, [(kind, id.clone())]);
        }
    }

    #[tokio::test]
    async fn an_order_that_waited_for_no_saga_redrives_none() {
        for from in OrderStatus::ALL.into_iter().filter(|status| !status.is_open()) {
            let (outcome, asked) = redriven(from, Redrive::Redriven).await;
            assert!(matches!(outcome, Err(RedriveOrderError::ParkedFromNoSaga(status)) if status == from));
            assert_eq!(asked, []);
        }
    }

    #[tokio::test]
    async fn an_operator_hears_why_nothing_happens() {
        let (outcome, _) = redriven(OrderStatus::Pending, Redrive::Running).await;
        assert!(matches!(outcome, Err(RedriveOrderError::AlreadyRunning)));
        let too_old = Redrive::Impossible("it ended 20 days ago".to_owned());
        let (outcome, _) = redriven(OrderStatus::Pending, too_old).await;
        assert!(outcome.unwrap_err().to_string().contains("20 days"));
    }

    #[tokio::test]
    async fn what_is_not_parked_is_left_alone() {
        let redriver = Arc::new(Redriver {
            answer: Redrive::Redriven,
            asked: Mutex::default(),
        });
        let redrive = RedriveOrder {
            parked: Arc::new(Parked(Vec::new())),
            redriver: Arc::clone(&redriver) as _,
        };
        let outcome = redrive.run(&parked(OrderStatus::Pending).order.id).await;
        assert!(matches!(outcome, Err(RedriveOrderError::NotParked)));
        assert!(redriver.asked.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_case_says_what_we_know_of_its_payment() {
        let world = World::new();
        let case = parked(OrderStatus::Pending);
        let record = PaymentRecord {
            state: PaymentState::Captured,
            amount: euros(25),
            at: Timestamp::from_unix_ms(1),
        };
        world.records.note(&case.order.id, record).await.unwrap();
        let list = ListParked {
            parked: Arc::new(Parked(vec![case.clone()])),
            records: Arc::clone(&world.records) as _,
        };
        let payment = Some(record);
        assert_eq!(list.run().await.unwrap(), [ParkedCase { parked: case, payment }]);
    }
}
