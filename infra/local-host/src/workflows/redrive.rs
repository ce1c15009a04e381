//! Redrives a failed execution: drops the failure from its journal and sets its row to RUNNING, in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use adapter_embedded::Database;
use adapter_embedded::executions::{self, Execution, ExecutionStatus, Workflow};
use async_trait::async_trait;
use domain::fulfilment::ports::{Redrive, SagaKind, SagaRedriver};
use domain::ports::PortFailure;
use domain::values::OrderId;
use rusqlite::{Connection, params};
use serde_json::Value;
use state_machine::redrive::redrive;

use super::journal::UnreadableEntry;
use super::machines::{Machines, logical_id};
use super::{ending, journal};
use crate::event_log::execution::Recorder;
use crate::events::bus::Bus;
use crate::events::clock::now_ms;

/// As long as Step Functions keeps an execution redrivable. Its journal is forgotten afterwards.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>
const REDRIVABLE_FOR: Duration = Duration::from_hours(14 * 24);

#[derive(Clone)]
pub(crate) struct WorkflowRedriver {
    pub(crate) database: Database,
    pub(crate) bus: Bus,
    pub(crate) machines: Machines,
}

#[async_trait]
impl SagaRedriver for WorkflowRedriver {
    async fn redrive(&self, kind: SagaKind, order: &OrderId) -> Result<Redrive, PortFailure> {
        let (workflow, name) = (Workflow::from(kind), kind.execution_name(order));
        let (bus, machine) = (self.bus.clone(), self.machines.arn(workflow).clone());
        self.database
            .call("redrive saga", move |connection| {
                let Some(execution) = executions::find(connection, workflow, &name)? else {
                    return Ok(Redrive::Impossible("it was never started".to_owned()));
                };
                let now_ms = now_ms();
                if let Some(answer) = without_a_redrive(&execution, now_ms) {
                    return Ok(answer);
                }
                if let Err(unreadable) = forget_the_failure(connection, &execution, now_ms)? {
                    return Ok(Redrive::Impossible(unreadable.to_string()));
                }
                if executions::begin_again(connection, workflow, &name)? {
                    ending::began(connection, &bus, &execution, &machine, now_ms)?;
                    let input = serde_json::from_str(&execution.input).unwrap_or_default();
                    Recorder::new(&bus.log, logical_id(workflow), name, input).redriven();
                }
                Ok(Redrive::Redriven)
            })
            .await
    }
}

/// The answer about an execution that cannot be redriven.
fn without_a_redrive(execution: &Execution, now_ms: i64) -> Option<Redrive> {
    match execution.status {
        ExecutionStatus::Running => return Some(Redrive::Running),
        ExecutionStatus::Succeeded => return Some(Redrive::Impossible("it succeeded".to_owned())),
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Aborted => {}
    }
    let ended_at_ms = execution.ended_at_ms.unwrap_or(execution.started_at_ms);
    (ended_at_ms < oldest_redrivable_ms(now_ms))
        .then(|| Redrive::Impossible("it ended more than 14 days ago".to_owned()))
}

fn oldest_redrivable_ms(now_ms: i64) -> i64 {
    now_ms.saturating_sub(i64::try_from(REDRIVABLE_FOR.as_millis()).unwrap_or(i64::MAX))
}

fn forget_the_failure(
    connection: &Connection,
    execution: &Execution,
    now_ms: i64,
) -> rusqlite::Result<Result<(), UnreadableEntry>> {
    let (kind, name) = (execution.workflow.as_str(), &execution.name);
    let key = journal::ExecutionKey::of(execution);
    let recorded: BTreeMap<String, Value> = match journal::entries(connection, &key)? {
        Ok(recorded) => recorded,
        Err(unreadable) => return Ok(Err(unreadable)),
    };
    let Some(change) = redrive(&recorded, now_ms) else {
        return Ok(Ok(()));
    };
    forget(connection, kind, name, &change.forgotten)?;
    connection
        .prepare_cached(
            "INSERT INTO execution_journal (kind, name, key, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET value = excluded.value",
        )?
        .execute(params![kind, name, change.key, change.value.to_string()])?;
    Ok(Ok(()))
}

fn forget(connection: &Connection, kind: &str, name: &str, keys: &BTreeSet<String>) -> rusqlite::Result<()> {
    let mut delete =
        connection.prepare_cached("DELETE FROM execution_journal WHERE kind = ?1 AND name = ?2 AND key = ?3")?;
    for key in keys {
        delete.execute(params![kind, name, key])?;
    }
    Ok(())
}

/// Forgets the journals of executions that can no longer be redriven.
pub(crate) fn remove_expired_journals(connection: &Connection, now_ms: i64) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM execution_journal WHERE EXISTS (
             SELECT 1 FROM executions
             WHERE executions.kind = execution_journal.kind AND executions.name = execution_journal.name
               AND executions.status <> 'RUNNING' AND executions.ended_at < ?1)",
        params![oldest_redrivable_ms(now_ms)],
    )?;
    Ok(())
}
