//! Records the begin and the end of an execution: its row and an event on the bus, in one transaction.

use adapter_embedded::executions::{self, Execution, ExecutionEnd, ExecutionStatus};
use rusqlite::Connection;
use serde_json::{Value, json};
use state_machine::Outcome;

use super::machines::{ArnOfMachine, logical_id};
use crate::event_log::nodes;
use crate::events::bus::{Bus, envelope};

const SOURCE: &str = "aws.states";
const DETAIL_TYPE: &str = "Step Functions Execution Status Change";

/// An execution that has ended, with its outcome.
pub(crate) struct Ending {
    pub(crate) execution: Execution,
    pub(crate) machine: ArnOfMachine,
    pub(crate) outcome: Outcome,
}

/// `false` when it had ended before: then nothing changes, and no event is published again.
pub(crate) fn end(connection: &Connection, bus: &Bus, ending: &Ending, now_ms: i64) -> rusqlite::Result<bool> {
    let execution = &ending.execution;
    let (end, output) = match &ending.outcome {
        Outcome::Succeeded(output) => (ended(ExecutionStatus::Succeeded), Some(output.to_string())),
        Outcome::TimedOut => (ended(ExecutionStatus::TimedOut), None),
        Outcome::Failed(error) => {
            let (error, cause) = (Some(error.error.clone()), Some(error.cause.clone()));
            (
                ExecutionEnd {
                    status: ExecutionStatus::Failed,
                    error,
                    cause,
                },
                None,
            )
        }
    };
    if !executions::end(connection, execution.workflow, &execution.name, &end, now_ms)? {
        return Ok(false);
    }
    let change = Change {
        end: &end,
        output,
        stopped_at_ms: Some(now_ms),
    };
    publish(connection, bus, execution, &ending.machine, &change, now_ms)?;
    Ok(true)
}

/// Publishes that an execution runs.
pub(crate) fn began(
    connection: &Connection,
    bus: &Bus,
    execution: &Execution,
    machine: &ArnOfMachine,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let change = Change {
        end: &ended(ExecutionStatus::Running),
        output: None,
        stopped_at_ms: None,
    };
    publish(connection, bus, execution, machine, &change, now_ms)
}

fn ended(status: ExecutionStatus) -> ExecutionEnd {
    ExecutionEnd {
        status,
        error: None,
        cause: None,
    }
}

struct Change<'a> {
    end: &'a ExecutionEnd,
    output: Option<String>,
    stopped_at_ms: Option<i64>,
}

fn publish(
    connection: &Connection,
    bus: &Bus,
    execution: &Execution,
    machine: &ArnOfMachine,
    change: &Change<'_>,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let arn = machine.execution(&execution.name);
    let detail = detail(execution, machine, &arn, change);
    let event = envelope(SOURCE, DETAIL_TYPE, &arn, &detail, now_ms);
    bus.publish(
        connection,
        nodes::state_machine(logical_id(execution.workflow)),
        &event,
        now_ms,
    )
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
fn detail(execution: &Execution, machine: &ArnOfMachine, arn: &str, change: &Change<'_>) -> Value {
    json!({
        "executionArn": arn,
        "stateMachineArn": machine.arn(),
        "name": execution.name,
        "status": change.end.status.as_str(),
        "startDate": execution.started_at_ms,
        "stopDate": change.stopped_at_ms,
        "input": execution.input,
        "inputDetails": { "included": true },
        "output": change.output,
        "outputDetails": change.output.as_ref().map(|_| json!({ "included": true })),
        "error": change.end.error,
        "cause": change.end.cause,
    })
}
