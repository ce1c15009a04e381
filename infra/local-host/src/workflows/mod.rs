//! Runs executions of state machines. Each is a row, and is run to its end in this process or the next one.

mod ending;
mod execution;
pub(crate) mod journal;
pub(crate) mod machines;
pub(crate) mod redrive;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapter_embedded::Database;
use adapter_embedded::executions::{self, Execution};
use domain::ports::PortFailure;
use serde_json::Value;
use state_machine::host::{HostFailure, StateError};
use state_machine::{ExecutionInput, Outcome};
use telemetry::error_chain::error_chain;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::ending::Ending;
use self::execution::ExecutionHost;
use self::journal::{ExecutionKey, Journal, UnreadableEntry, Writer};
use self::machines::logical_id;
pub(crate) use self::machines::{Machines, WorkflowFault};
use crate::downtime::Downtimes;
use crate::event_log::EventLog;
use crate::event_log::execution::Recorder;
use crate::events::bus::Bus;
use crate::events::clock::now_ms;
use crate::functions::Functions;
use crate::invoker::backlog::Backlog;

/// Executions that run at the same time; the others wait in their table, in the order they were started.
const EXECUTIONS_AT_ONCE: usize = 1_000;
/// Executions taken up by one look at their table.
const BATCH_MAX: u32 = 100;
/// How long to wait without a change of the table.
const IDLE_POLL: Duration = Duration::from_millis(250);
/// The error under which Step Functions reports an execution that it cannot continue.
const RUNTIME_ERROR: &str = "States.Runtime";
/// Pause before an execution whose journal could not be read or written is taken up again.
const JOURNAL_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Runs executions from their table.
pub(crate) struct Workflows {
    database: Database,
    functions: Arc<dyn Functions>,
    machines: Machines,
    journal: Journal,
    backlog: Arc<Backlog>,
    downtimes: Arc<Downtimes>,
    log: Arc<EventLog>,
}

impl Workflows {
    /// Creates the tables.
    pub(crate) async fn prepare(
        database: Database,
        bus: Bus,
        functions: Arc<dyn Functions>,
        machines: Machines,
        backlog: Arc<Backlog>,
        downtimes: Arc<Downtimes>,
    ) -> Result<(Self, Writer), PortFailure> {
        database.ensure_schema(journal::SCHEMA).await?;
        database
            .call("forget old journals", |connection| {
                redrive::remove_expired_journals(connection, now_ms())
            })
            .await?;
        let (journal, writer) = Journal::new(database.clone(), bus.clone());
        Ok((
            Self {
                database,
                functions,
                machines,
                journal,
                backlog,
                downtimes,
                log: bus.log,
            },
            writer,
        ))
    }

    /// Takes up every execution that has not ended: first those that an earlier process left, then new ones as they
    /// come.
    pub(crate) async fn run(self) {
        let workflows = Arc::new(self);
        let places = Arc::new(Semaphore::new(EXECUTIONS_AT_ONCE));
        let changes = workflows.database.watch("executions");
        let mut running = JoinSet::new();
        let mut taken_up = 0;
        loop {
            while running.try_join_next().is_some() {}
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            // Listening before looking: a change in between is not missed.
            let next_change = changes.notified();
            tokio::pin!(next_change);
            next_change.as_mut().enable();
            // No more than there are places for, the one that was just taken included.
            let limit = u32::try_from(places.available_permits() + 1)
                .unwrap_or(BATCH_MAX)
                .min(BATCH_MAX);
            let found = workflows.running_after(taken_up, limit).await;
            if found.is_empty() {
                drop(place);
                tokio::select! {
                    () = next_change => {}
                    () = tokio::time::sleep(IDLE_POLL) => {}
                }
                continue;
            }
            let mut place = Some(place);
            for (found_at, execution) in found {
                // Nobody else takes places: as many are free as were counted.
                let Some(place) = place.take().or_else(|| Arc::clone(&places).try_acquire_owned().ok()) else {
                    break;
                };
                taken_up = found_at;
                let workflows = Arc::clone(&workflows);
                running.spawn(async move {
                    workflows.run_to_end(execution).await;
                    drop(place);
                });
            }
            workflows.backlog.set_taken_up(taken_up);
        }
    }

    async fn running_after(&self, place: i64, limit: u32) -> Vec<(i64, Execution)> {
        let found = self
            .database
            .call("find executions", move |connection| {
                executions::running_after(connection, place, limit)
            })
            .await;
        found.unwrap_or_else(|failure| {
            tracing::error!(error = &failure as &dyn std::error::Error, "executions cannot be read");
            Vec::new()
        })
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
    }

    async fn run_once(&self, execution: &Execution) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let key = ExecutionKey::of(execution);
        let machine = self.machines.of(execution.workflow);
        let entries = match journal::recorded(&self.database, &key).await? {
            Ok(entries) => entries,
            Err(unreadable) => return self.give_up(execution, &Damaged::Unreadable(unreadable)).await,
        };
        let input: Value = serde_json::from_str(&execution.input)?;
        let logical_id = logical_id(execution.workflow);
        let recorder = Recorder::new(&self.log, logical_id, execution.name.clone(), input.clone());
        let recorder = Arc::new(recorder);
        if entries.is_empty() {
            recorder.started();
            self.journal.begin(execution.clone(), machine.arn.clone()).await?;
        }
        let start = ExecutionInput {
            id: machine.arn.execution(&execution.name),
            name: execution.name.clone(),
            started_at_ms: execution.started_at_ms,
            input,
        };
        let (functions, downtimes) = (Arc::clone(&self.functions), Arc::clone(&self.downtimes));
        let host = ExecutionHost {
            workflow: execution.workflow,
            key,
            database: self.database.clone(),
            recorded: Mutex::new(entries),
            journal: self.journal.clone(),
            functions,
            downtimes,
            recorder: Arc::clone(&recorder),
        };
        let outcome = match state_machine::run(&machine.definition, &start, &host).await {
            Err(HostFailure(fault)) => match fault.downcast() {
                // The interpreter reads its entries again; only what it wrote has the right shape.
                Ok(shape) => return self.give_up(execution, &Damaged::Shape(*shape)).await,
                Err(fault) => return Err(fault),
            },
            Ok(outcome) => outcome,
        };
        recorder.ended(&outcome);
        let ending = Ending {
            execution: execution.clone(),
            machine: machine.arn.clone(),
            outcome,
        };
        self.journal.end(ending).await?;
        Ok(())
    }

    /// Ends an execution that no process could ever continue. Its order is then found like that of any failed
    /// execution.
    async fn give_up(
        &self,
        execution: &Execution,
        damaged: &Damaged,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let cause = error_chain(damaged);
        tracing::error!(
            error = cause,
            execution = execution.name,
            "execution cannot be continued and has failed"
        );
        let ending = Ending {
            execution: execution.clone(),
            machine: self.machines.of(execution.workflow).arn.clone(),
            outcome: Outcome::Failed(StateError::new(RUNTIME_ERROR, cause)),
        };
        self.journal.end(ending).await?;
        Ok(())
    }
}

/// An entry of an execution's journal is unreadable.
#[derive(Debug, thiserror::Error)]
enum Damaged {
    #[error(transparent)]
    Unreadable(UnreadableEntry),
    #[error("an entry of the execution's journal has an unknown shape")]
    Shape(#[source] serde_json::Error),
}
