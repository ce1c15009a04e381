//! Imports a catalog file that S3 announced on the event bus.

use domain::catalog::import::{ImportCatalog, ImportOutcome, STOPS_BEFORE_DEADLINE};
use domain::values::{CatalogKey, ObjectSequencer, ObjectVersion};
use door::failure::step_error;
use door::import::report;
use door::object::created_object;
use door::subject;
use door::time::deadline;
use entry::step::{STEP_INPUT_MALFORMED, StepError, step};
use events::invocation::{Invocation, Reply};
use events::s3;
use serde_json::{Value, json};

/// Imports catalogs of `uploads_bucket`, and starts the import state machine for files that need more time than one
/// invocation has. Any other object is acknowledged: a retry would not turn it into a catalog.
pub async fn handle(invocation: Invocation, import: &ImportCatalog, uploads_bucket: &str) -> Reply {
    let stop_at = deadline(invocation.context.deadline_ms).minus(STOPS_BEFORE_DEADLINE);
    step(invocation, |event: Value| async move {
        let event = s3::event_bridge(&event)
            .map_err(|fault| StepError::new(STEP_INPUT_MALFORMED, "the event is not one of s3").cause(&fault))?;
        let Some((key, object)) = created_object(event, uploads_bucket, CatalogKey::parse) else {
            return Ok(json!({"outcome": "IGNORED"}));
        };
        subject::upload(&key.upload_id);
        // Without a valid sequencer, events are taken in order of arrival.
        let sequencer = object.sequencer.and_then(|text| ObjectSequencer::parse(&text).ok());
        let version = ObjectVersion {
            key: object.key,
            version_id: object.version_id,
            size_bytes: object.size_bytes,
        };
        let attempt = import
            .run(&key, &version, sequencer.as_ref(), stop_at, &subject::caused_by)
            .await;
        let (outcome, name) = report(attempt.map_err(step_error)?)?;
        Ok(answer(&outcome, name))
    })
    .await
}

/// No caller waits for the answer of an asynchronous invocation; the record of the invocation shows it.
fn answer(outcome: &ImportOutcome, name: &str) -> Value {
    match outcome {
        ImportOutcome::Done(counts) => {
            let (rows_written, rows_rejected) = (counts.rows_written, counts.rows_rejected);
            json!({"outcome": name, "rows_written": rows_written, "rows_rejected": rows_rejected})
        }
        ImportOutcome::Rejected { .. }
        | ImportOutcome::FinishedBefore
        | ImportOutcome::HandedOver
        | ImportOutcome::Superseded => json!({"outcome": name}),
    }
}

#[cfg(test)]
mod tests;
