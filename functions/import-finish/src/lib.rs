//! How does an import end that was read in ranges?

use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::job::ImportJob;
use door::failure::step_error;
use door::import::report;
use door::subject::uploaded_file;
use entry::step::step;
use events::invocation::{Invocation, Reply};
use wire::import::FinishInput;
use wire::saga::StepOutcome;

pub async fn handle(invocation: Invocation, finish: &FinishImport) -> Reply {
    step(invocation, |input: FinishInput| async move {
        let job = ImportJob::from(input.job);
        uploaded_file(&job.id.upload_id);
        let finished = finish.run(&job, input.range_count).await.map_err(step_error)?;
        Ok(StepOutcome {
            outcome: report(&finished),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use domain::catalog::import::job::{FileRange, RangeProgress};
    use domain::catalog::ports::ImportLedger;
    use domain::ports::Clock;
    use domain::uploads::upload::UploadStatus;
    use domain::values::ObjectVersion;
    use function_tests::{World, error_name, invocation};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_import_ends_with_the_numbers_of_its_ranges() {
        let world = World::open();
        let import = world.begin_import("sku,name,description,price,currency,stock\n").await;
        let none = RangeProgress::none(&FileRange::whole(&ObjectVersion {
            key: String::new(),
            version_id: None,
            size_bytes: 0,
        }));
        let done = RangeProgress {
            rows_read: 3,
            is_done: true,
            ..none.clone()
        };
        world
            .memory
            .advance(&import, 0, &none, &done, world.clock.now())
            .await
            .unwrap();
        let finish = FinishImport::from(&world.shop.ports);
        for _ in 0..2 {
            let reply = handle(invocation("import-finish"), &finish).await;
            assert_eq!(reply.unwrap(), json!({"outcome": "DONE"}));
        }
        let upload = world
            .memory
            .look(|tables| tables.uploads.rows[&import.upload_id].upload.clone());
        assert_eq!(
            (upload.status, upload.import.unwrap().rows_written),
            (UploadStatus::Done, 3)
        );
        let reply = handle(invocation("import-finish.rejected"), &finish).await;
        assert_eq!(error_name(reply), "StepInputMalformed");
    }
}
