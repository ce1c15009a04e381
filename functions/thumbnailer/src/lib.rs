//! Renders the photos that S3 announces through a queue to thumbnails.

use std::time::Duration;

use domain::ports::PortFailure;
use domain::thumbnails::ports::PhotoRefused;
use domain::thumbnails::render::{RenderOutcome, RenderThumbnails};
use domain::values::PhotoKey;
use door::object::created_object;
use door::subject;
use entry::records::records;
use events::invocation::{Invocation, Reply};
use events::s3::{self, S3Event};
use events::sqs::{self, SqsMessage};
use telemetry::metric::Metric;
use telemetry::metrics;

/// The most time that a message needs: the largest photo that is accepted, with the memory that the template gives, and
/// five calls of S3 that have to be repeated.
const LONGEST_MESSAGE: Duration = Duration::from_secs(20);

/// Renders photos of `uploads_bucket`. Any other object is acknowledged without rendering it, above all a thumbnail:
/// the rule that a thumbnail never triggers a thumbnail does not rest on the event source's filter only.
pub async fn handle(invocation: Invocation, render: &RenderThumbnails, uploads_bucket: &str) -> Reply {
    let decode = |message: SqsMessage| s3::notification(&message.body);
    records(invocation, LONGEST_MESSAGE, sqs::messages, decode, |events| {
        render_all(events, render, uploads_bucket)
    })
    .await
}

/// One message may announce several photos. A failure does not hold up the others of its message. The message is then
/// delivered again, and photos that were rendered are skipped.
async fn render_all(events: Vec<S3Event>, render: &RenderThumbnails, uploads_bucket: &str) -> Result<(), PortFailure> {
    let mut failures = Vec::new();
    for event in events {
        let Some((key, object)) = created_object(event, uploads_bucket, PhotoKey::parse) else {
            continue;
        };
        subject::upload(&key.upload_id);
        let version_id = object.version_id.as_deref();
        match render
            .run(&key, version_id, object.size_bytes, &subject::caused_by)
            .await
        {
            Ok(outcome) => report(&outcome),
            Err(failure) => failures.push(failure),
        }
    }
    // The record's own log line reports the last failure; the others get lines of their own.
    let last = failures.pop();
    for failure in &failures {
        tracing::warn!(
            error = failure as &dyn std::error::Error,
            "photo failed with others of its message"
        );
    }
    last.map_or(Ok(()), Err)
}

fn report(outcome: &RenderOutcome) {
    match outcome {
        RenderOutcome::Shown => {
            metrics::count(Metric::PhotosRendered);
            tracing::info!("photo rendered and shown");
        }
        RenderOutcome::Superseded => {
            metrics::count(Metric::PhotosRendered);
            tracing::info!("photo rendered, a newer one is shown");
        }
        // A fault of ours, although the upload is rejected: another attempt would end in the same way.
        RenderOutcome::Rejected {
            reason: reason @ PhotoRefused::Unprocessable,
        } => {
            metrics::count(Metric::PhotosRejected);
            tracing::error!(
                reason = reason as &dyn std::error::Error,
                "the renderer failed, photo rejected"
            );
        }
        RenderOutcome::Rejected { reason } => {
            metrics::count(Metric::PhotosRejected);
            tracing::info!(reason = reason as &dyn std::error::Error, "photo rejected");
        }
        RenderOutcome::FinishedBefore => tracing::info!("photo was rendered or rejected earlier"),
        RenderOutcome::Gone => tracing::info!("photo no longer exists"),
    }
}

#[cfg(test)]
mod tests;
