//! Starts sagas as executions, which the workflow engine runs.

use std::sync::Arc;

use async_trait::async_trait;
use domain::fulfilment::ports::{Parking, SagaKind, SagaRunner, SagaStanding, SagaStart};
use domain::ports::{Clock, PortFailure};
use domain::values::OrderId;
use serde_json::json;
use wire::saga::SagaInput;

use crate::Database;
use crate::executions::{self, ExecutionStatus};

/// Starts sagas as executions of the local workflow engine, and reads their status.
#[derive(Clone)]
pub struct SqliteSagaRunner {
    /// The shop's database.
    pub database: Database,
    /// The time that each new row gets.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl SagaRunner for SqliteSagaRunner {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let (workflow, name) = (start.kind.into(), start.kind.execution_name(&start.order));
        let input = json!(SagaInput::from(start));
        let at_ms = self.clock.now().unix_ms();
        self.database
            .call("start saga", move |connection| {
                executions::start(connection, workflow, &name, &input, at_ms)
            })
            .await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        let name = kind.execution_name(order);
        self.database
            .read("describe saga", move |connection| {
                let Some(execution) = executions::find(connection, kind.into(), &name)? else {
                    return Ok(SagaStanding::NotStarted);
                };
                Ok(match execution.status {
                    ExecutionStatus::Running => SagaStanding::Running,
                    ExecutionStatus::Succeeded => SagaStanding::Succeeded,
                    status @ (ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Aborted) => {
                        SagaStanding::Ended(Parking {
                            execution: execution.name,
                            error: execution.error.unwrap_or_else(|| status.as_str().to_owned()),
                            cause: execution.cause.unwrap_or_default(),
                        })
                    }
                })
            })
            .await
    }
}
