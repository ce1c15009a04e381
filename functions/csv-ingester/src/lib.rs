//! How does a catalog file that S3 announced on the event bus become products?

use domain::catalog::import::{ImportCatalog, ImportOutcome, STOPS_BEFORE_DEADLINE};
use domain::values::{CatalogKey, ObjectSequencer, ObjectVersion, Timestamp};
use edge::invocation::{Invocation, Reply};
use edge::metrics::{self, Metric};
use edge::s3::{self, S3Event};
use edge::step::{STEP_INPUT_MALFORMED, StepError, step};
use edge::telemetry::{about, correlate};
use edge::trace::Subject;
use serde_json::{Value, json};

/// Imports catalogs of `uploads_bucket`, or hands them over where they take more time than there is. Any other object is acknowledged and left alone: trying again would not make a
/// catalog of it.
pub async fn handle(invocation: Invocation, import: &ImportCatalog, uploads_bucket: &str) -> Reply {
    let deadline = Timestamp::from_unix_ms(invocation.context.deadline_ms.try_into().unwrap_or(i64::MAX));
    step(invocation, |event: Value| async move {
        let event = s3::event_bridge(&event)
            .map_err(|fault| StepError::new(STEP_INPUT_MALFORMED, "the event is not one of s3").cause(&fault))?;
        let Some((key, object, sequencer)) = catalog(event, uploads_bucket) else {
            return Ok(json!({"outcome": "IGNORED"}));
        };
        // The upload's id is the one thing that links this line with the request that announced the file.
        correlate(key.upload_id.as_str());
        about(Subject::Upload, key.upload_id.as_str());
        let stop_at = deadline.minus(STOPS_BEFORE_DEADLINE);
        let outcome = import.run(&key, &object, sequencer.as_ref(), stop_at).await;
        let outcome = outcome.map_err(|failure| StepError::outside(&failure, failure.transient))?;
        Ok(told(&outcome))
    })
    .await
}

fn catalog(event: S3Event, uploads_bucket: &str) -> Option<(CatalogKey, ObjectVersion, Option<ObjectSequencer>)> {
    let object = event.created_in(uploads_bucket)?;
    // What is no sequencer orders nothing: such an event counts when it comes.
    let sequencer = object.sequencer.and_then(|text| ObjectSequencer::parse(&text).ok());
    match CatalogKey::parse(&object.key) {
        Ok(key) => {
            let version = ObjectVersion {
                key: object.key,
                version_id: object.version_id,
                size_bytes: object.size_bytes,
            };
            Some((key, version, sequencer))
        }
        Err(fault) => {
            tracing::warn!(
                key = object.key,
                error = &fault as &dyn std::error::Error,
                "foreign object, ignored"
            );
            None
        }
    }
}

/// Nobody waits for the answer of an asynchronous invocation: the log is where it is read.
fn told(outcome: &ImportOutcome) -> Value {
    match outcome {
        ImportOutcome::Done(counts) => {
            let (rows_written, rows_rejected) = (counts.rows_written, counts.rows_rejected);
            metrics::add(Metric::CatalogRowsWritten, rows_written);
            metrics::add(Metric::CatalogRowsRejected, rows_rejected);
            tracing::info!(rows_written, rows_rejected, "catalog imported");
            json!({"outcome": "DONE", "rows_written": rows_written, "rows_rejected": rows_rejected})
        }
        ImportOutcome::Rejected { reason } => {
            metrics::count(Metric::CatalogsRejected);
            tracing::info!(reason, "catalog rejected");
            json!({"outcome": "REJECTED"})
        }
        ImportOutcome::FinishedBefore => {
            tracing::info!("catalog was finished before");
            json!({"outcome": "FINISHED_BEFORE"})
        }
        ImportOutcome::HandedOver => {
            tracing::info!("catalog is imported by an execution");
            json!({"outcome": "HANDED_OVER"})
        }
        ImportOutcome::Outdated => {
            tracing::info!("catalog was replaced by a newer version");
            json!({"outcome": "OUTDATED"})
        }
    }
}
