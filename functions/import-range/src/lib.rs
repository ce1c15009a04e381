//! How does a stretch of a catalog file become products, as far as there is time?

use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::range::{IngestRange, RangeOutcome};
use domain::values::Timestamp;
use edge::invocation::{Invocation, Reply};
use edge::step::{StepError, step};
use edge::telemetry::{about, correlate};
use edge::trace::Subject;
use wire::import::RangeInput;
use wire::saga::StepOutcome;

/// An unfinished range is no failure: the state machine hands it out again, and the next attempt goes on from there.
pub async fn handle(invocation: Invocation, ingest: &IngestRange) -> Reply {
    let deadline = Timestamp::from_unix_ms(invocation.context.deadline_ms.try_into().unwrap_or(i64::MAX));
    step(invocation, |input: RangeInput| async move {
        let (job, range) = (ImportJob::from(input.job), FileRange::from(input.range));
        correlate(job.id.upload_id.as_str());
        about(Subject::Upload, job.id.upload_id.as_str());
        let ingested = ingest.run(&job, &range, deadline.minus(STOPS_BEFORE_DEADLINE)).await;
        let ingested = ingested.map_err(|failure| StepError::outside(&failure, failure.transient))?;
        let outcome = match ingested {
            RangeOutcome::Done => "DONE",
            RangeOutcome::Unfinished => "UNFINISHED",
            RangeOutcome::Unusable => "UNUSABLE",
            RangeOutcome::Gone => "GONE",
            RangeOutcome::Closed => "CLOSED",
        };
        tracing::info!(range = range.index, ingested = outcome, "range read");
        Ok(StepOutcome { outcome })
    })
    .await
}
