//! How is a catalog file divided, so that its ranges can be read side by side?

use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::plan::{Plan, PlanImport};
use door::failure;
use door::subject::uploaded_file;
use door::time::deadline;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::import::{PlanInput, PlanOutcome, RangeJson};

pub async fn handle(invocation: Invocation, plan: &PlanImport) -> Reply {
    let stop_at = deadline(invocation.context.deadline_ms).minus(STOPS_BEFORE_DEADLINE);
    step(invocation, |input: PlanInput| async move {
        let job = ImportJob::from(input.job);
        uploaded_file(&job.id.upload_id);
        let planned = input.ranges.into_iter().map(FileRange::from).collect();
        let plan = plan.run(&job, planned, stop_at).await.map_err(failure::step_error)?;
        Ok(outcome(&plan))
    })
    .await
}

fn outcome(plan: &Plan) -> PlanOutcome {
    let (outcome, ranges) = match plan {
        Plan::Whole(ranges) => ("PLANNED", ranges.as_slice()),
        Plan::Unfinished(ranges) => ("UNFINISHED", ranges.as_slice()),
        Plan::Unusable => ("UNUSABLE", [].as_slice()),
        Plan::Gone => ("GONE", [].as_slice()),
    };
    tracing::info!(plan = outcome, ranges = ranges.len(), "catalog divided");
    PlanOutcome {
        outcome,
        ranges: ranges.iter().map(RangeJson::from).collect(),
        range_count: ranges.len(),
    }
}
