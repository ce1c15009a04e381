//! Imports one range of a catalog file, as far as there is time.

use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::range::{IngestRange, RangeOutcome};
use door::failure;
use door::subject;
use door::time::deadline;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::import::RangeInput;
use wire::saga::StepOutcome;

/// An unfinished range is not a failure: the state machine runs it again, and the next attempt continues there.
pub async fn handle(invocation: Invocation, ingest: &IngestRange) -> Reply {
    let stop_at = deadline(invocation.context.deadline_ms).minus(STOPS_BEFORE_DEADLINE);
    step(invocation, |input: RangeInput| async move {
        let (job, range) = (ImportJob::from(input.job), FileRange::from(input.range));
        subject::import(&job);
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

#[cfg(test)]
mod tests {
    use function_tests::{CATALOG_ROWS, World, error_name};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn the_rows_of_a_range_are_written_and_counted_once() {
        let world = World::open();
        world.put_catalog(CATALOG_ROWS);
        world.send("csv-ingester").await.unwrap();
        for _ in 0..2 {
            let reply = handle(world.invocation("import-range"), &IngestRange::from(&world.shop.ports)).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "DONE"}));
        }
        assert_eq!((world.available("CUP-01"), world.available("MUG-01")), (4, 9));
        let counts = &world.ask("uploads-get").await["body"]["import"];
        assert_eq!((&counts["rows_read"], &counts["rows_rejected"]), (&json!(3), &json!(1)));
    }

    #[tokio::test]
    async fn a_deleted_file_is_not_a_failure_and_a_malformed_input_fails_by_name() {
        let world = World::open();
        let ingest = IngestRange::from(&world.shop.ports);
        let reply = handle(world.invocation("import-range"), &ingest).await;
        assert_eq!(reply.unwrap(), json!({"outcome": "GONE"}));
        let reply = handle(world.invocation("import-range.rejected"), &ingest).await;
        assert_eq!(error_name(reply), "StepInputMalformed");
    }
}
