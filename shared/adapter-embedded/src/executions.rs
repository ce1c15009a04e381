//! Stores executions of workflows: runners insert the rows, and the workflow engine runs them.

use domain::fulfilment::ports::SagaKind;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::columns::{json, variant};
use crate::unreadable::{self, readable};

/// A kind of workflow. Together with an execution's name it is the execution's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workflow {
    /// Fulfils an order.
    OrderSaga,
    /// Undoes a confirmed order.
    OrderCancel,
    /// Imports a catalog that takes longer than one invocation.
    CatalogImport,
}

impl Workflow {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::OrderSaga, Self::OrderCancel, Self::CatalogImport];

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderSaga => "order",
            Self::OrderCancel => "cancel",
            Self::CatalogImport => "catalog-import",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workflow| workflow.as_str() == text)
    }
}

impl From<SagaKind> for Workflow {
    fn from(kind: SagaKind) -> Self {
        match kind {
            SagaKind::Order => Self::OrderSaga,
            SagaKind::Cancel => Self::OrderCancel,
        }
    }
}

/// The statuses of Step Functions
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// Its states are being run.
    Running,
    /// It reached an end state.
    Succeeded,
    /// A state failed, and nothing caught the error.
    Failed,
    /// It ran longer than its state machine allows.
    TimedOut,
    /// An operator stopped it.
    Aborted,
}

impl ExecutionStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
    ];

    /// The name that Step Functions and the table use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// One execution of a workflow, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The kind of workflow that it runs.
    pub workflow: Workflow,
    /// Unique among the executions of its workflow.
    pub name: String,
    /// JSON.
    pub input: String,
    /// Whether it runs, or how it ended.
    pub status: ExecutionStatus,
    /// The error name, if it failed, timed out or was aborted.
    pub error: Option<String>,
    /// The text beside the error name.
    pub cause: Option<String>,
    /// In Unix milliseconds.
    pub started_at_ms: i64,
    /// In Unix milliseconds. `None` while it runs.
    pub ended_at_ms: Option<i64>,
}

/// How an execution ended. Any status but RUNNING.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionEnd {
    /// Any status but RUNNING.
    pub status: ExecutionStatus,
    /// The error name, unless it SUCCEEDED.
    pub error: Option<String>,
    /// The text beside the error name.
    pub cause: Option<String>,
}

/// Lets an execution run, unless there was one of its name.
pub(crate) fn start(
    connection: &Connection,
    workflow: Workflow,
    name: &str,
    input: &serde_json::Value,
    at_ms: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO executions (kind, name, input, status, started_at)
             VALUES (?1, ?2, ?3, 'RUNNING', ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![workflow.as_str(), name, input.to_string(), at_ms])?;
    Ok(())
}

const COLUMNS: &str = "kind, name, input, status, error, cause, started_at, ended_at";

/// The error of an execution whose row cannot be read.
const UNREADABLE: &str = "ExecutionUnreadable";

/// Executions that have not ended and were started after the one at `place`, in the order of their starts, each with
/// its own place. Every execution has a place above 0. A row that cannot be read becomes FAILED, so that it is reported
/// once and those behind it run.
pub fn running_after(connection: &Connection, place: i64, limit: u32) -> rusqlite::Result<Vec<(i64, Execution)>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT place, {COLUMNS} FROM executions WHERE status = 'RUNNING' AND place > ?1 ORDER BY place LIMIT ?2"
    ))?;
    let mut rows = statement.query(params![place, limit])?;
    let (mut found, mut damaged): (Vec<(i64, Execution)>, Vec<i64>) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let place = row.get("place")?;
        match read(row).and_then(|execution| with_json_input(row, execution)) {
            Ok(execution) => found.push((place, execution)),
            Err(fault) => {
                unreadable::report(&unreadable::text(row, "name"), &fault);
                damaged.push(place);
            }
        }
    }
    for place in damaged {
        connection
            .prepare_cached(
                "UPDATE executions SET status = 'FAILED', error = ?1, ended_at = started_at WHERE place = ?2",
            )?
            .execute(params![UNREADABLE, place])?;
    }
    Ok(found)
}

/// Refuses an input that the workflow engine could not read either.
fn with_json_input(row: &Row<'_>, execution: Execution) -> rusqlite::Result<Execution> {
    json::<serde::de::IgnoredAny>(row, "input")?;
    Ok(execution)
}

/// The executions started last, newest first.
pub fn recent(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Execution>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM executions ORDER BY place DESC"))?;
    readable(statement.query([])?, "name", limit, read)
}

/// `None` if no execution of this workflow has the name.
pub fn find(connection: &Connection, workflow: Workflow, name: &str) -> rusqlite::Result<Option<Execution>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM executions WHERE kind = ?1 AND name = ?2"
        ))?
        .query_row(params![workflow.as_str(), name], read)
        .optional()
}

/// Ends an execution. `false` when it had ended before, or does not exist: nothing changed.
pub fn end(
    connection: &Connection,
    workflow: Workflow,
    name: &str,
    end: &ExecutionEnd,
    at_ms: i64,
) -> rusqlite::Result<bool> {
    let ExecutionEnd { status, error, cause } = end;
    let ended = connection
        .prepare_cached(
            "UPDATE executions SET status = ?1, error = ?2, cause = ?3, ended_at = ?4
             WHERE kind = ?5 AND name = ?6 AND status = 'RUNNING'",
        )?
        .execute(params![status.as_str(), error, cause, at_ms, workflow.as_str(), name])?;
    Ok(ended == 1)
}

/// Lets a failed execution run again, behind all others. `false` when it runs, succeeded or does not exist:
/// nothing changed.
pub fn begin_again(connection: &Connection, workflow: Workflow, name: &str) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE executions SET status = 'RUNNING', error = NULL, cause = NULL, ended_at = NULL,
                                   place = (SELECT max(place) + 1 FROM executions)
             WHERE kind = ?1 AND name = ?2 AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED')",
        )?
        .execute(params![workflow.as_str(), name])?;
    Ok(changed == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Execution> {
    Ok(Execution {
        workflow: variant(row, "kind", Workflow::parse)?,
        name: row.get("name")?,
        input: row.get("input")?,
        status: variant(row, "status", ExecutionStatus::parse)?,
        error: row.get("error")?,
        cause: row.get("cause")?,
        started_at_ms: row.get("started_at")?,
        ended_at_ms: row.get("ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Database;

    #[tokio::test]
    async fn executions_are_found_in_the_order_of_their_starts_until_they_end() {
        let database = Database::in_memory().unwrap();
        let found = database.call("try executions", |connection| {
            for name in ["o-3", "o-1", "o-2"] {
                start(connection, Workflow::OrderSaga, name, &json!({}), 0)?;
            }
            let aborted = ExecutionEnd {
                status: ExecutionStatus::Aborted,
                error: None,
                cause: None,
            };
            assert!(end(connection, Workflow::OrderSaga, "o-1", &aborted, 1)?);
            let first = running_after(connection, 0, 1)?;
            let second = running_after(connection, first[0].0, 10)?;
            Ok(([first, second].concat(), recent(connection, 1)?))
        });
        let (running, last) = found.await.unwrap();
        let names: Vec<&str> = running.iter().map(|(_, execution)| execution.name.as_str()).collect();
        assert_eq!(names, ["o-3", "o-2"]);
        assert_eq!(last[0].name, "o-2");
    }

    #[test]
    fn workflows_are_read_back_by_their_names() {
        for workflow in Workflow::ALL {
            assert_eq!(Workflow::parse(workflow.as_str()), Some(workflow));
        }
    }
}
