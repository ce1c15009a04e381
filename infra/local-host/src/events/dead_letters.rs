//! Lists messages that were given up, and puts one back to where it failed.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::clock::rfc3339;
use super::{asynchronous, failed_uploads};
use crate::template::{Deployment, EventSource, function_of_arn};

/// The newest ones are listed.
const LISTED_MAX: usize = 100;

/// Why a dead letter is not redriven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeadLetterFault {
    #[error("there is no such dead letter")]
    NotFound,
    #[error(
        "a change of an order is not delivered again: the order itself is stored, and saga-reconcile starts its saga \
         within minutes"
    )]
    OfStream,
    #[error("the template does not say which queue or function the message came from")]
    UnknownSource,
}

/// Where a message failed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Queue(String),
    Function { logical_id: String, payload: Value },
    Stream { logical_id: String },
}

struct DeadLetter {
    row_id: i64,
    message_id: String,
    queue: String,
    body: String,
    at_ms: i64,
}

/// The newest dead letters of all queues that take what failed.
pub(crate) fn list(connection: &Connection, deployment: &Deployment) -> rusqlite::Result<Value> {
    let mut letters = Vec::new();
    for queue in queues(deployment) {
        let mut statement = connection.prepare_cached(
            "SELECT id, message_id, queue, body, visible_at_ms FROM queue_messages WHERE queue = ?1
             ORDER BY visible_at_ms DESC LIMIT ?2",
        )?;
        let found = statement.query_map(params![queue, LISTED_MAX], read)?;
        for letter in found {
            letters.push(letter?);
        }
    }
    letters.sort_by_key(|letter| std::cmp::Reverse(letter.at_ms));
    letters.truncate(LISTED_MAX);
    Ok(letters.iter().map(|letter| describe(deployment, letter)).collect())
}

/// Puts a message back into the queue that gave it up, or invokes the function again that did, in one transaction with
/// the upload that its file belongs to.
pub(crate) fn redrive(
    connection: &Connection,
    deployment: &Deployment,
    message_id: &str,
    now_ms: i64,
) -> rusqlite::Result<Result<(), DeadLetterFault>> {
    let found = connection
        .prepare_cached("SELECT id, message_id, queue, body, visible_at_ms FROM queue_messages WHERE message_id = ?1")?
        .query_row(params![message_id], read)
        .optional()?;
    let Some(letter) = found.filter(|letter| queues(deployment).contains(letter.queue.as_str())) else {
        return Ok(Err(DeadLetterFault::NotFound));
    };
    match origin(deployment, &letter) {
        Some(Origin::Queue(queue)) => {
            connection
                .prepare_cached(
                    "UPDATE queue_messages SET queue = ?1, visible_at_ms = ?2, sent_at_ms = ?2 WHERE id = ?3",
                )?
                .execute(params![queue, now_ms, letter.row_id])?;
        }
        Some(Origin::Function { logical_id, payload }) => {
            asynchronous::accept(connection, &logical_id, &payload, now_ms)?;
            connection
                .prepare_cached("DELETE FROM queue_messages WHERE id = ?1")?
                .execute(params![letter.row_id])?;
        }
        Some(Origin::Stream { .. }) => return Ok(Err(DeadLetterFault::OfStream)),
        None => return Ok(Err(DeadLetterFault::UnknownSource)),
    }
    failed_uploads::reopen(connection, &letter.body, now_ms)?;
    Ok(Ok(()))
}

fn read(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        row_id: row.get("id")?,
        message_id: row.get("message_id")?,
        queue: row.get("queue")?,
        body: String::from_utf8_lossy(row.get_ref("body")?.as_bytes()?).into_owned(),
        at_ms: row.get("visible_at_ms")?,
    })
}

fn describe(deployment: &Deployment, letter: &DeadLetter) -> Value {
    let (source, is_redrivable) = match origin(deployment, letter) {
        Some(Origin::Queue(queue)) => (Some(queue), true),
        Some(Origin::Function { logical_id, .. }) => (Some(logical_id), true),
        Some(Origin::Stream { logical_id }) => (Some(logical_id), false),
        None => (None, false),
    };
    let body = serde_json::from_str(&letter.body).unwrap_or_else(|_| json!(letter.body));
    json!({
        "id": letter.message_id,
        "queue": letter.queue,
        "source": source,
        "redrivable": is_redrivable,
        "at": rfc3339(letter.at_ms),
        "body": body,
    })
}

/// The queues of the template that take what failed.
fn queues(deployment: &Deployment) -> BTreeSet<&str> {
    let of_queues = deployment.queues.values().filter_map(|queue| queue.redrive.as_ref());
    let mut names: BTreeSet<&str> = of_queues.map(|redrive| redrive.dead_letter_queue.as_str()).collect();
    for function in deployment.functions.values() {
        names.extend(function.async_invoke.on_failure_queue.as_deref());
        for source in &function.sources {
            if let EventSource::Stream(stream) = source {
                names.extend(stream.on_failure_queue.as_deref());
            }
        }
    }
    names
}

/// Destination records name their function; any other message came from the one queue that gives up to this one.
fn origin(deployment: &Deployment, letter: &DeadLetter) -> Option<Origin> {
    let mut body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
    let function = body.pointer("/requestContext/functionArn").and_then(Value::as_str);
    if let Some(logical_id) = function.and_then(function_of_arn).map(str::to_owned) {
        if body.get("DDBStreamBatchInfo").is_some() {
            return Some(Origin::Stream { logical_id });
        }
        let payload = body.get_mut("requestPayload").map(Value::take)?;
        let is_known = deployment.functions.contains_key(&logical_id);
        return is_known.then_some(Origin::Function { logical_id, payload });
    }
    let gives_up_here = |redrive: &crate::template::RedriveSpec| redrive.dead_letter_queue == letter.queue;
    let mut sources = deployment
        .queues
        .values()
        .filter(|queue| queue.redrive.as_ref().is_some_and(gives_up_here));
    match (sources.next(), sources.next()) {
        (Some(only), None) => Some(Origin::Queue(only.logical_id.clone())),
        _ => None,
    }
}
