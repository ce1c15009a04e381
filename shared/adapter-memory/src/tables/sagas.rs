//! Which sagas were started, and how does each stand? Nothing runs here: a test sets how an execution ended.

use std::collections::BTreeMap;

use domain::fulfilment::ports::{SagaKind, SagaStanding, SagaStart};
use domain::values::OrderId;

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

    pub fn standing(&self, kind: SagaKind, order: &OrderId) -> SagaStanding {
        let standing = self.standings.get(&kind.execution_name(order));
        standing.cloned().unwrap_or(SagaStanding::NotStarted)
    }
}
