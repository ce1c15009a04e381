//! Which executions of the sagas are there? The rows that `start` writes, and that the workflow engine works through.

use std::sync::Arc;

use async_trait::async_trait;
use domain::fulfilment::ports::{Parking, SagaKind, SagaRunner, SagaStanding, SagaStart};
use domain::ports::{Clock, PortFailure};
use domain::values::OrderId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

use crate::Database;
use crate::columns::{json_text, known};

#[derive(Clone)]
pub struct SqliteSagaRunner {
    pub database: Database,
    pub clock: Arc<dyn Clock>,
}

/// The statuses of Step Functions
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionStatus {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl ExecutionStatus {
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    pub kind: SagaKind,
    pub name: String,
    /// JSON: `order_id` and `correlation_id`.
    pub input: String,
    pub status: ExecutionStatus,
    pub error: Option<String>,
    pub cause: Option<String>,
    pub started_at_ms: i64,
    pub ended_at_ms: Option<i64>,
}

/// How an execution ended. Any status but RUNNING.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionEnd {
    pub status: ExecutionStatus,
    pub error: Option<String>,
    pub cause: Option<String>,
}

#[async_trait]
impl SagaRunner for SqliteSagaRunner {
    async fn start(&self, start: &SagaStart) -> Result<(), PortFailure> {
        let kind = start.kind;
        let name = kind.execution_name(&start.order);
        let input = json!({
            "order_id": start.order.as_str(),
            "correlation_id": start.correlation_id.as_str(),
        });
        let now = self.clock.now();
        self.database
            .call("start saga", move |connection| {
                connection
                    .prepare_cached(
                        "INSERT INTO executions (kind, name, input, status, started_at)
                         VALUES (?1, ?2, ?3, 'RUNNING', ?4) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![kind_text(kind), name, json_text(&input)?, now.unix_ms()])?;
                Ok(())
            })
            .await
    }

    async fn standing(&self, kind: SagaKind, order: &OrderId) -> Result<SagaStanding, PortFailure> {
        let name = kind.execution_name(order);
        self.database
            .call("describe saga", move |connection| {
                let Some(execution) = find(connection, kind, &name)? else {
                    return Ok(SagaStanding::NotStarted);
                };
                Ok(match execution.status {
                    ExecutionStatus::Running => SagaStanding::Running,
                    ExecutionStatus::Succeeded => SagaStanding::Succeeded,
                    status => SagaStanding::Ended(Parking {
                        execution: execution.name,
                        error: execution.error.unwrap_or_else(|| status.as_str().to_owned()),
                        cause: execution.cause.unwrap_or_default(),
                    }),
                })
            })
            .await
    }
}

/// The name of a kind in the table: together with an execution's name the key of whatever belongs to it.
pub fn kind_text(kind: SagaKind) -> &'static str {
    match kind {
        SagaKind::Order => "order",
        SagaKind::Cancel => "cancel",
    }
}

fn parse_kind(text: &str) -> Option<SagaKind> {
    [SagaKind::Order, SagaKind::Cancel]
        .into_iter()
        .find(|kind| kind_text(*kind) == text)
}

const COLUMNS: &str = "kind, name, input, status, error, cause, started_at, ended_at";

/// Executions that have not ended and were started after the one at `place`, in the order of their starts, each with its
/// own place. Every execution has a place above 0.
pub fn running_after(connection: &Connection, place: i64, limit: u32) -> rusqlite::Result<Vec<(i64, Execution)>> {
    connection
        .prepare_cached(&format!(
            "SELECT place, {COLUMNS} FROM executions WHERE status = 'RUNNING' AND place > ?1 ORDER BY place LIMIT ?2"
        ))?
        .query_map(params![place, limit], |row| Ok((row.get("place")?, read(row)?)))?
        .collect()
}

/// The executions started last, newest first.
pub fn recent(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Execution>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM executions ORDER BY place DESC LIMIT ?1"
        ))?
        .query_map(params![limit], read)?
        .collect()
}

pub fn find(connection: &Connection, kind: SagaKind, name: &str) -> rusqlite::Result<Option<Execution>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM executions WHERE kind = ?1 AND name = ?2"
        ))?
        .query_row(params![kind_text(kind), name], read)
        .optional()
}

/// Ends an execution. `false` when it had ended before, or is not known: nothing changed.
pub fn end(
    connection: &Connection,
    kind: SagaKind,
    name: &str,
    end: &ExecutionEnd,
    at_ms: i64,
) -> rusqlite::Result<bool> {
    let ended = connection
        .prepare_cached(
            "UPDATE executions SET status = ?1, error = ?2, cause = ?3, ended_at = ?4
             WHERE kind = ?5 AND name = ?6 AND status = 'RUNNING'",
        )?
        .execute(params![
            end.status.as_str(),
            end.error,
            end.cause,
            at_ms,
            kind_text(kind),
            name
        ])?;
    Ok(ended == 1)
}

/// Lets an execution that ended badly run again, behind all others. `false` when it runs, succeeded or is not known:
/// nothing changed.
pub fn begin_again(connection: &Connection, kind: SagaKind, name: &str) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE executions SET status = 'RUNNING', error = NULL, cause = NULL, ended_at = NULL,
                                   place = (SELECT max(place) + 1 FROM executions)
             WHERE kind = ?1 AND name = ?2 AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED')",
        )?
        .execute(params![kind_text(kind), name])?;
    Ok(changed == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Execution> {
    Ok(Execution {
        kind: known(row, "kind", parse_kind)?,
        name: row.get("name")?,
        input: row.get("input")?,
        status: known(row, "status", ExecutionStatus::parse)?,
        error: row.get("error")?,
        cause: row.get("cause")?,
        started_at_ms: row.get("started_at")?,
        ended_at_ms: row.get("ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    use domain::values::CorrelationId;

    use super::*;
    use adapter_system::clock::SystemClock;

    #[tokio::test]
    async fn executions_are_found_in_the_order_of_their_starts_until_they_end() {
        let database = Database::in_memory().unwrap();
        let clock = Arc::new(SystemClock);
        let runner = SqliteSagaRunner { database, clock };
        for name in ["o-3", "o-1", "o-2"] {
            let order = OrderId::parse(name).unwrap();
            let correlation_id = CorrelationId::parse("c-1").unwrap();
            let kind = SagaKind::Order;
            runner
                .start(&SagaStart {
                    kind,
                    order,
                    correlation_id,
                })
                .await
                .unwrap();
        }
        let (running, last) = runner
            .database
            .call("read executions", |connection| {
                let aborted = ExecutionEnd {
                    status: ExecutionStatus::Aborted,
                    error: None,
                    cause: None,
                };
                assert!(end(connection, SagaKind::Order, "o-1", &aborted, 1)?);
                let first = running_after(connection, 0, 1)?;
                let second = running_after(connection, first[0].0, 10)?;
                Ok(([first, second].concat(), recent(connection, 1)?))
            })
            .await
            .unwrap();
        let names: Vec<&str> = running.iter().map(|(_, execution)| execution.name.as_str()).collect();
        assert_eq!(names, ["o-3", "o-2"]);
        assert_eq!(last[0].name, "o-2");
    }
}
