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
