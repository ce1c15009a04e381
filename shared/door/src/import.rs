//! Reports the outcome of an import of a catalog.

use domain::catalog::import::{ImportAttempt, ImportOutcome};
use entry::step::StepError;
use telemetry::metric::Metric;
use telemetry::metrics;

use crate::failure::step_error;

/// Writes the log line, counts the metrics, and returns the outcome with its name for the function's answer. A mail
/// that was not sent fails the attempt after that: the next one sends it, and finds the import finished.
pub fn report(attempt: ImportAttempt) -> Result<(ImportOutcome, &'static str), StepError> {
    let ImportAttempt { outcome, mail } = attempt;
    let name = record(&outcome);
    mail.map_err(step_error)?;
    Ok((outcome, name))
}

fn record(outcome: &ImportOutcome) -> &'static str {
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
        ImportOutcome::FinishedBefore => {
            tracing::info!("catalog was finished before");
            "FINISHED_BEFORE"
        }
        ImportOutcome::HandedOver => {
            tracing::info!("catalog import continues in an execution");
            "HANDED_OVER"
        }
        ImportOutcome::Superseded => {
            tracing::info!("catalog was replaced by a newer version");
            "OUTDATED"
        }
    }
}
