//! How do photos that S3 announced through a queue become thumbnails?

use domain::ports::PortFailure;
use domain::thumbnails::render::{RenderOutcome, RenderThumbnails};
use domain::values::PhotoKey;
use edge::invocation::{Invocation, Reply};
use edge::metrics::{self, Metric};
use edge::records::{Batch, BatchMalformed, records};
use edge::s3::{self, ObjectCreated, S3Event};
use edge::sqs;
use edge::telemetry::{about, correlate};
use edge::trace::Subject;
use serde_json::Value;

/// Renders photos of `uploads_bucket`. Any other object is acknowledged and left alone, above all a thumbnail: the rule
/// that a thumbnail never triggers a thumbnail does not rest on the event source's filter only.
pub async fn handle(invocation: Invocation, render: &RenderThumbnails, uploads_bucket: &str) -> Reply {
    records(invocation, decode, |events| render_all(events, render, uploads_bucket)).await
}

fn decode(event: &Value) -> Result<Batch<Vec<S3Event>>, BatchMalformed> {
    Ok(sqs::messages(event)?.decode(|message| s3::notification(&message.body)))
}

/// One message may announce several photos. A failure does not keep the others of its message waiting; the message comes
/// back, and what was rendered before is found so.
async fn render_all(events: Vec<S3Event>, render: &RenderThumbnails, uploads_bucket: &str) -> Result<(), PortFailure> {
    let mut failures = Vec::new();
    for event in events {
        let Some((key, object)) = photo(event, uploads_bucket) else {
            continue;
        };
        // The upload's id is the one thing that links this line with the request that announced the photo.
        correlate(key.upload_id.as_str());
        about(Subject::Upload, key.upload_id.as_str());
        match render.run(&key, object.version_id.as_deref(), object.size_bytes).await {
            Ok(outcome) => tell(&outcome),
            Err(failure) => failures.push(failure),
        }
    }
    // The record's own line tells of the last one; those before it would go untold.
    let last = failures.pop();
    for failure in &failures {
        tracing::warn!(
            error = failure as &dyn std::error::Error,
            "photo failed with others of its message"
        );
    }
    last.map_or(Ok(()), Err)
}

fn photo(event: S3Event, uploads_bucket: &str) -> Option<(PhotoKey, ObjectCreated)> {
    let object = event.created_in(uploads_bucket)?;
    match PhotoKey::parse(&object.key) {
        Ok(key) => Some((key, object)),
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

fn tell(outcome: &RenderOutcome) {
    match outcome {
        RenderOutcome::Shown => {
            metrics::count(Metric::PhotosRendered);
            tracing::info!("photo rendered and shown");
        }
        RenderOutcome::Superseded => {
            metrics::count(Metric::PhotosRendered);
            tracing::info!("photo rendered, a newer one is shown");
        }
        RenderOutcome::Rejected { reason } => {
            metrics::count(Metric::PhotosRejected);
            tracing::info!(reason = reason as &dyn std::error::Error, "photo rejected");
        }
        RenderOutcome::FinishedBefore => tracing::info!("photo was finished before"),
        RenderOutcome::Gone => tracing::info!("photo was deleted since"),
    }
}
