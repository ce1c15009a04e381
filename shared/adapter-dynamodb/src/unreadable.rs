//! Leaves an unreadable item out of a list, so that it does not hide the others.

use telemetry::metric::Metric;
use telemetry::metrics;

use crate::attributes::{Item, UnreadableItem, optional_text};

/// The item as `read` understands it. An unreadable one is logged with its key, counted and left out.
pub(crate) fn readable<T>(
    action: &'static str,
    item: &Item,
    read: impl FnOnce(&Item) -> Result<T, UnreadableItem>,
) -> Option<T> {
    match read(item) {
        Ok(value) => Some(value),
        Err(fault) => {
            let key = optional_text(item, "pk").unwrap_or("unknown");
            let attribute = fault.attribute();
            tracing::error!(action, key, attribute, "unreadable item skipped");
            metrics::count(Metric::UnreadableItems);
            None
        }
    }
}
