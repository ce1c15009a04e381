//! Divides a catalog file into ranges that are read in parallel.

use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::plan::{Plan, PlanImport};
use door::failure;
use door::subject;
use door::time::deadline;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::import::{PlanInput, PlanOutcome, RangeJson};

pub async fn handle(invocation: Invocation, plan: &PlanImport) -> Reply {
    let stop_at = deadline(invocation.context.deadline_ms).minus(STOPS_BEFORE_DEADLINE);
    step(invocation, |input: PlanInput| async move {
        let job = ImportJob::from(input.job);
        subject::import(&job);
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

#[cfg(test)]
mod tests {
    use function_tests::{CATALOG_BYTES, CATALOG_ROWS, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_file_is_divided_without_a_gap() {
        let world = World::open();
        world.put_catalog(&CATALOG_ROWS.repeat(100));
        let reply = handle(world.invocation("import-plan"), &PlanImport::from(&world.shop)).await;
        let plan = reply.unwrap();
        let ranges = plan["ranges"].as_array().unwrap();
        assert_eq!((&plan["outcome"], ranges.len() > 10), (&json!("PLANNED"), true));
        assert_eq!(plan["range_count"], ranges.len());
        let mut reached = json!(0);
        for range in ranges {
            assert_eq!(range["begin"], reached);
            reached = range["end"].clone();
        }
        assert_eq!(reached, CATALOG_BYTES);
    }

    #[tokio::test]
    async fn a_deleted_file_has_no_ranges_and_a_malformed_input_fails_by_name() {
        let world = World::open();
        let plan = PlanImport::from(&world.shop);
        let reply = handle(world.invocation("import-plan"), &plan).await;
        assert_eq!(
            reply.unwrap(),
            json!({"outcome": "GONE", "ranges": [], "range_count": 0})
        );
        let reply = handle(world.invocation("import-plan.rejected"), &plan).await;
        assert_eq!(error_name(reply), "StepInputMalformed");
    }
}
