//! Who runs the workflows? Executions are rows; each is run to its end, in this process or the next one.

mod ending;
mod execution;
pub(crate) mod journal;
mod machines;
pub(crate) mod redrive;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::Database;
use adapter_embedded::executions::{self, Execution};
use domain::ports::PortFailure;
use serde_json::Value;
use state_machine::ExecutionInput;
use telemetry::error_chain::error_chain;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use self::ending::Ending;
use self::execution::ExecutionHost;
use self::journal::{ExecutionKey, Journal, Writer};
use self::machines::ArnOfMachine;
pub(crate) use self::machines::{Machines, WorkflowFault};
use crate::downtime::Downtimes;
use crate::events::clock::now_ms;
use crate::functions::Functions;
use crate::template::Deployment;

/// Executions that run at the same time; the others wait in their table, in the order they were started.
const EXECUTIONS_AT_ONCE: usize = 400;
/// How long to wait when nobody rings.
const IDLE_POLL: Duration = Duration::from_millis(250);
/// Pause before an execution whose journal could not be read or written is taken up again.
const JOURNAL_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Runs executions from their table.
pub(crate) struct Workflows {
    database: Database,
    deployment: Arc<Deployment>,
    functions: Arc<dyn Functions>,
    machines: Machines,
    journal: Journal,
    wake: Arc<Notify>,
    downtimes: Arc<Downtimes>,
}

impl Workflows {
    /// Creates the tables.
    pub(crate) async fn prepare(
        database: Database,
        deployment: Arc<Deployment>,
        functions: Arc<dyn Functions>,
        machines: Machines,
        wake: Arc<Notify>,
        downtimes: Arc<Downtimes>,
    ) -> Result<(Self, Writer), PortFailure> {
        database.ensure_schema(journal::SCHEMA).await?;
        database
            .call("forget old journals", |connection| {
                redrive::remove_expired_journals(connection, now_ms())
            })
            .await?;
        let (journal, writer) = Journal::new(database.clone(), Arc::clone(&deployment));
        Ok((
            Self {
                database,
                deployment,
                functions,
                machines,
                journal,
                wake,
                downtimes,
            },
            writer,
        ))
    }

    /// Takes up every execution that has not ended: first those that an earlier process left, then new ones as they come.
    pub(crate) async fn run(self) {
        let workflows = Arc::new(self);
        let places = Arc::new(Semaphore::new(EXECUTIONS_AT_ONCE));
        let mut running = JoinSet::new();
        let mut place_in_table = 0;
        loop {
            while running.try_join_next().is_some() {}
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            // Listening before looking: what rings in between is not missed.
            let rung = workflows.wake.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            if let Some((found_at, execution)) = workflows.next(place_in_table).await {
                place_in_table = found_at;
                let workflows = Arc::clone(&workflows);
                running.spawn(async move {
                    workflows.run_to_end(execution).await;
                    drop(place);
                });
                continue;
            }
            drop(place);
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(IDLE_POLL) => {}
            }
        }
    }

    async fn next(&self, place_in_table: i64) -> Option<(i64, Execution)> {
        let found = self
            .database
            .call("find executions", move |connection| {
                executions::running_after(connection, place_in_table, 1)
            })
            .await;
        match found {
            Ok(mut found) => found.pop(),
            Err(failure) => {
                tracing::error!(error = &failure as &dyn std::error::Error, "executions cannot be read");
                None
            }
        }
    }

    async fn run_to_end(&self, execution: Execution) {
        while let Err(failure) = self.run_once(&execution).await {
            let error = error_chain(failure.as_ref());
            tracing::error!(
                error,
                execution = execution.name,
                "execution is interrupted and will be taken up again"
            );
            tokio::time::sleep(JOURNAL_RETRY_DELAY).await;
        }
        self.wake.notify_waiters();
    }

    async fn run_once(&self, execution: &Execution) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let key = ExecutionKey::of(execution);
        let machine = self.machines.of(execution.workflow);
        let recorded = journal::recorded(&self.database, &key).await?;
        if recorded.is_empty() {
            self.tell_that_it_runs(execution, &machine.arn).await?;
        }
        let input: Value = serde_json::from_str(&execution.input)?;
        let start = ExecutionInput {
            id: machine.arn.execution(&execution.name),
            name: execution.name.clone(),
            started_at_ms: execution.started_at_ms,
            input,
        };
        let (functions, downtimes) = (Arc::clone(&self.functions), Arc::clone(&self.downtimes));
        let host = ExecutionHost::new(key, recorded, self.journal.clone(), functions, downtimes);
        let outcome = state_machine::run(&machine.definition, &start, &host).await?;
        let ending = Ending {
            execution: execution.clone(),
            machine: machine.arn.clone(),
            outcome,
        };
        self.journal.end(ending).await?;
        Ok(())
    }

    async fn tell_that_it_runs(&self, execution: &Execution, machine: &ArnOfMachine) -> Result<(), PortFailure> {
        let (execution, machine) = (execution.clone(), machine.clone());
        let deployment = Arc::clone(&self.deployment);
        self.database
            .call("tell that an execution runs", move |connection| {
                ending::began(connection, &deployment, &execution, &machine, now_ms())
            })
            .await
    }
}
