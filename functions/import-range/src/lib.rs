//! How does a stretch of a catalog file become products, as far as there is time?

use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::range::{IngestRange, RangeOutcome};
use door::failure;
use door::subject::uploaded_file;
use door::time::deadline;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::import::RangeInput;
use wire::saga::StepOutcome;

/// An unfinished range is no failure: the state machine hands it out again, and the next attempt goes on from there.
pub async fn handle(invocation: Invocation, ingest: &IngestRange) -> Reply {
    let stop_at = deadline(invocation.context.deadline_ms).minus(STOPS_BEFORE_DEADLINE);
    step(invocation, |input: RangeInput| async move {
        let (job, range) = (ImportJob::from(input.job), FileRange::from(input.range));
        uploaded_file(&job.id.upload_id);
        let ingested = ingest.run(&job, &range, stop_at).await.map_err(failure::step_error)?;
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
