//! Reports stored items that a list had to leave out.

use domain::ports::UnreadableItem;
use telemetry::metric::Metric;
use telemetry::metrics;

/// Logs the key of each item with what is wrong, and counts it.
pub fn report(items: &[UnreadableItem]) {
    for UnreadableItem { key, fault } in items {
        metrics::count(Metric::UnreadableItems);
        tracing::error!(key, error = fault, "stored item cannot be read, left out of a list");
    }
}
