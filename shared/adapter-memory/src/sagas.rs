//! Which sagas were started, and how does each stand? Nothing runs here: a test sets how an execution ended.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::fulfilment::ports::{Redrive, SagaKind, SagaRedriver, SagaRunner, SagaStanding, SagaStart};
use domain::ports::PortFailure;
use domain::values::OrderId;

use crate::access::{Access, Ports};
use crate::tables::Tables;

#[derive(Debug, Default)]
pub struct Sagas {
    /// By the name of the execution.
    pub standings: BTreeMap<String, SagaStanding>,
    /// Executions that were started, each once.
    pub starts: Vec<SagaStart>,
    /// Why no execution can be redriven, where that is so: an engine forgets an execution after some days.
    pub redrive_refused: Option<String>,
}

impl Sagas {
    pub fn set(&mut self, kind: SagaKind, order: &OrderId, standing: SagaStanding) {
        self.standings.insert(kind.execution_name(order), standing);
    }

    fn standing(&self, kind: SagaKind, order: &OrderId) -> SagaStanding {
        let standing = self.standings.get(&kind.execution_name(order));
        standing.cloned().unwrap_or(SagaStanding::NotStarted)
    }
}

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
