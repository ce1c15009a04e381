//! Ends an import that was read in ranges.

use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::job::ImportJob;
use door::failure::step_error;
use door::import::report;
use door::subject;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::import::FinishInput;
use wire::saga::StepOutcome;

pub async fn handle(invocation: Invocation, finish: &FinishImport) -> Reply {
    step(invocation, |input: FinishInput| async move {
        let job = ImportJob::from(input.job);
        subject::import(&job);
        let attempt = finish.run(&job, input.range_count).await.map_err(step_error)?;
        let (_, outcome) = report(attempt)?;
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
    async fn an_import_ends_with_the_numbers_of_its_ranges() {
        let world = World::open();
        let finish = FinishImport::from(&world.shop.ports);
        world.put_catalog(CATALOG_ROWS);
        for function in ["csv-ingester", "import-range"] {
            world.send(function).await.unwrap();
        }
        for outcome in ["DONE", "FINISHED_BEFORE"] {
            let reply = handle(world.invocation("import-finish"), &finish).await;
            assert_eq!(reply.unwrap(), json!({"outcome": outcome}));
        }
        let upload = &world.ask("uploads-get").await["body"];
        assert_eq!(
            (&upload["status"], &upload["import"]["rows_written"]),
            (&json!("DONE"), &json!(2))
        );
        let reply = handle(world.invocation("import-finish.rejected"), &finish).await;
        assert_eq!(error_name(reply), "StepInputMalformed");
    }
}
