//! How does an import end that was read in ranges?

use domain::catalog::import::ImportOutcome;
use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::job::ImportJob;
use edge::invocation::{Invocation, Reply};
use edge::metrics::{self, Metric};
use edge::step::{StepError, step};
use edge::telemetry::{about, correlate};
use edge::trace::Subject;
use wire::import::FinishInput;
use wire::saga::StepOutcome;

pub async fn handle(invocation: Invocation, finish: &FinishImport) -> Reply {
    step(invocation, |input: FinishInput| async move {
        let job = ImportJob::from(input.job);
        correlate(job.id.upload_id.as_str());
        about(Subject::Upload, job.id.upload_id.as_str());
        let finished = finish.run(&job, input.range_count).await;
        let finished = finished.map_err(|failure| StepError::outside(&failure, failure.transient))?;
        Ok(StepOutcome {
            outcome: told(&finished),
        })
    })
    .await
}

fn told(outcome: &ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::Done(counts) => {
            let (rows_written, rows_rejected) = (counts.rows_written, counts.rows_rejected);
            metrics::add(Metric::CatalogRowsWritten, rows_written);
            metrics::add(Metric::CatalogRowsRejected, rows_rejected);
            tracing::info!(rows_written, rows_rejected, "catalog imported");
            "DONE"
        }
        ImportOutcome::Rejected { reason } => {
            metrics::count(Metric::CatalogsRejected);
            tracing::info!(reason, "catalog rejected");
            "REJECTED"
        }
        ImportOutcome::HandedOver | ImportOutcome::FinishedBefore | ImportOutcome::Outdated => {
            tracing::info!("catalog was replaced by a newer version");
            "OUTDATED"
        }
    }
}
