//! How does a `SagaRunner` behave?

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;

use crate::fulfilment::ports::{SagaKind, SagaRunner, SagaStanding, SagaStart};
use crate::ports::PortFailure;
use crate::values::OrderId;

#[derive(Default)]
pub(crate) struct Runner {
    executions: Mutex<BTreeMap<String, SagaStanding>>,
    starts: Mutex<Vec<SagaStart>>,
    silent: Mutex<BTreeSet<OrderId>>,
}

impl Runner {
    pub(crate) fn set(&self, kind: SagaKind, order: &OrderId, standing: SagaStanding) {
        self.executions
            .lock()
            .unwrap()
            .insert(kind.execution_name(order), standing);
    }

    /// Executions that were started, each once.
    pub(crate) fn starts(&self) -> Vec<SagaStart> {
        self.starts.lock().unwrap().clone()
    }

    /// Nobody learns any more how this order's sagas stand.
    pub(crate) fn silence(&self, order: &OrderId) {
        self.silent.lock().unwrap().insert(order.clone());
    }
}

#[async_trait]
impl SagaRunner for Runner {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let name = start.kind.execution_name(&start.order);
        let mut executions = self.executions.lock().unwrap();
        if let Entry::Vacant(vacant) = executions.entry(name) {
            vacant.insert(SagaStanding::Running);
            self.starts.lock().unwrap().push(start.clone());
        }
        Ok(())
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        if self.silent.lock().unwrap().contains(order) {
            return Err(PortFailure::transient("describe execution", "throttled"));
        }
        let executions = self.executions.lock().unwrap();
        let standing = executions.get(&kind.execution_name(order)).cloned();
        Ok(standing.unwrap_or(SagaStanding::NotStarted))
    }
}
