//! How is a catalog file divided, so that its ranges can be read side by side?

use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::plan::{Plan, PlanImport};
use domain::values::Timestamp;
use edge::invocation::{Invocation, Reply};
use edge::step::{StepError, step};
use edge::telemetry::{about, correlate};
use edge::trace::Subject;
use wire::import::{PlanInput, PlanOutcome, RangeJson};

pub async fn handle(invocation: Invocation, plan: &PlanImport) -> Reply {
    let deadline = Timestamp::from_unix_ms(invocation.context.deadline_ms.try_into().unwrap_or(i64::MAX));
    step(invocation, |input: PlanInput| async move {
        let job = ImportJob::from(input.job);
        correlate(job.id.upload_id.as_str());
        about(Subject::Upload, job.id.upload_id.as_str());
        let planned = input.ranges.into_iter().map(FileRange::from).collect();
        let plan = plan.run(&job, planned, deadline.minus(STOPS_BEFORE_DEADLINE)).await;
        let plan = plan.map_err(|failure| StepError::outside(&failure, failure.transient))?;
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
