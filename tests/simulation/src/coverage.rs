//! Checks that faults were injected everywhere: lists all places for faults, and compares them with the reached ones.

use crate::exhaustive::{Site, Summary};

/// All calls of every function, its invocations, its events, and the points where the host can die.
const SITES: [(&str, &[&str]); 22] = [
    ("order-stream", &["deliver"]),
    ("status-event", &["deliver"]),
    ("schedule", &["deliver"]),
    ("payment-events", &["deliver"]),
    ("payments-receive", &["invoke", "results.record", "sagas.resume"]),
    ("order-saga", &["record"]),
    ("order-cancel", &["record"]),
    (
        "orders-place",
        &[
            "invoke",
            "requests.claim",
            "products.prices",
            "requests.abandon",
            "orders.place",
        ],
    ),
    ("orders-cancel", &["invoke", "orders.begin_cancelling"]),
    ("saga-start", &["invoke", "sagas.start"]),
    (
        "saga-reconcile",
        &[
            "invoke",
            "orders.find",
            "orders.park",
            "orders.overdue",
            "sagas.standing",
            "sagas.start",
        ],
    ),
    ("saga-reserve-stock", &["invoke", "orders.find", "stock.reserve"]),
    ("saga-release-stock", &["invoke", "stock.give_back"]),
    (
        "saga-authorize-payment",
        &["invoke", "orders.find", "gateway.authorize", "payments.record"],
    ),
    ("saga-await-payment", &["invoke", "results.wait", "sagas.resume"]),
    (
        "saga-capture-payment",
        &["invoke", "orders.find", "gateway.capture", "payments.record"],
    ),
    (
        "saga-void-payment",
        &["invoke", "orders.find", "gateway.void", "payments.record"],
    ),
    (
        "saga-refund-payment",
        &[
            "invoke",
            "orders.find",
            "gateway.void",
            "gateway.refund",
            "payments.record",
        ],
    ),
    ("saga-confirm-order", &["invoke", "stock.commit", "orders.confirm"]),
    ("saga-reject-order", &["invoke", "orders.reject"]),
    ("saga-cancel-order", &["invoke", "orders.complete_cancel"]),
    (
        "saga-notify-customer",
        &[
            "invoke",
            "orders.find",
            "directory.email_of",
            "sends.claim",
            "mail.send",
            "sends.settle",
            "sends.release",
        ],
    ),
];

/// All places.
pub(crate) fn places() -> impl ExactSizeIterator<Item = &'static str> {
    SITES.iter().map(|(place, _)| *place)
}

/// The sites that were never reached, or where no fault was injected.
pub fn untried(summary: &Summary) -> Vec<Site> {
    let sites = SITES
        .iter()
        .flat_map(|(place, operations)| operations.iter().map(|operation| (*place, *operation)));
    sites
        .filter(|site| summary.sites.get(site).is_none_or(|reach| reach.injected == 0))
        .collect()
}

/// The reached sites that are missing in the list.
pub fn unknown(summary: &Summary) -> Vec<Site> {
    let is_known = |site: &&Site| {
        SITES
            .iter()
            .any(|(place, operations)| *place == site.0 && operations.contains(&site.1))
    };
    summary.sites.keys().filter(|site| !is_known(site)).copied().collect()
}

/// One line per site: the number of points, how often they were reached, and the number of injected faults.
pub fn table(summary: &Summary) -> String {
    let mut table = format!("{:48} {:>8} {:>12} {:>10}\n", "", "points", "reached", "injected");
    for ((place, operation), reach) in &summary.sites {
        let site = format!("{place} {operation}");
        let line = format!(
            "{site:48} {:>8} {:>12} {:>10}\n",
            reach.points, reach.reached, reach.injected
        );
        table.push_str(&line);
    }
    table
}
