//! Reports how an import of a catalog ended.

use domain::catalog::import::ImportOutcome;
use telemetry::metric::Metric;
use telemetry::metrics;

/// Writes the log line, counts the metrics, and returns the outcome's name for the function's answer.
pub fn report(outcome: &ImportOutcome) -> &'static str {
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
            tracing::info!("catalog is imported by an execution");
            "HANDED_OVER"
        }
        ImportOutcome::Outdated => {
            tracing::info!("catalog was replaced by a newer version");
            "OUTDATED"
        }
    }
}
