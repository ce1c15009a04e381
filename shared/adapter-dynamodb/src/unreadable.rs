//! Keeps an item that cannot be read from failing the list that it is part of.

use domain::ports::UnreadableItem as Unreadable;
use telemetry::metric::Metric;
use telemetry::metrics;

use crate::attributes::{Item, UnreadableItem, optional_text};

/// The values of the items that can be read, and the keys of the others with what is wrong.
pub(crate) fn readable<T>(
    items: &[Item],
    read: impl Fn(&Item) -> Result<T, UnreadableItem>,
) -> (Vec<T>, Vec<Unreadable>) {
    let (mut values, mut unreadable) = (Vec::new(), Vec::new());
    for item in items {
        match read(item) {
            Ok(value) => values.push(value),
            Err(fault) => unreadable.push(Unreadable {
                key: optional_text(item, "pk").unwrap_or_default().to_owned(),
                fault: fault.to_string(),
            }),
        }
    }
    (values, unreadable)
}

/// The values of the items that can be read, for a port whose answer has no list of unreadable items. The others are
/// logged with their keys and counted here.
pub(crate) fn readable_or_logged<T>(
    action: &'static str,
    items: &[Item],
    read: impl Fn(&Item) -> Result<T, UnreadableItem>,
) -> Vec<T> {
    let (values, unreadable) = readable(items, read);
    for Unreadable { key, fault } in unreadable {
        tracing::error!(action, key, error = fault, "unreadable item skipped");
        metrics::count(Metric::UnreadableItems);
    }
    values
}
