//! How are sagas started and redriven?

use async_trait::async_trait;
use domain::fulfilment::ports::{Redrive, SagaKind, SagaRedriver, SagaRunner, SagaStanding, SagaStart};
use domain::ports::PortFailure;
use domain::values::OrderId;

use crate::access::{Access, Ports};
use crate::tables::Tables;

#[async_trait]
impl<A: Access> SagaRunner for Ports<A> {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let saga = start.clone();
        let start = move |Tables { sagas, .. }: &mut Tables| {
            if sagas.standing(saga.kind, &saga.order) == SagaStanding::NotStarted {
                sagas.set(saga.kind, &saga.order, SagaStanding::Running);
                sagas.starts.push(saga.clone());
            }
        };
        self.write("sagas.start", start).await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        self.read("sagas.standing", |tables| tables.sagas.standing(kind, order))
            .await
    }
}

#[async_trait]
impl<A: Access> SagaRedriver for Ports<A> {
    async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure> {
        let order = order.clone();
        let redrive = move |Tables { sagas, .. }: &mut Tables| {
            if let Some(reason) = &sagas.redrive_refused {
                return Redrive::Impossible(reason.clone());
            }
            match sagas.standing(kind, &order) {
                SagaStanding::Running => Redrive::Running,
                SagaStanding::NotStarted => Redrive::Impossible("it was never started".to_owned()),
                SagaStanding::Succeeded => Redrive::Impossible("it succeeded".to_owned()),
                SagaStanding::Ended(_) => {
                    sagas.set(kind, &order, SagaStanding::Running);
                    Redrive::Redriven
                }
            }
        };
        self.write("sagas.redrive", redrive).await
    }
}
