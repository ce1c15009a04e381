//! Checks that faults were injected everywhere: lists all places for faults, and compares them with the reached ones.

use function_tests::saga_steps;

use crate::exhaustive::{Site, Summary};

/// The calls of the functions that are no steps, their invocations, their events, and the points where the host can
/// die.
const SITES: [(&str, &[&str]); 11] = [
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
];

/// All places with their calls: [`SITES`] and the steps.
fn sites() -> Vec<(&'static str, &'static [&'static str])> {
    let steps = saga_steps::FUNCTIONS.map(|step| (step.name, step.operations));
    SITES.into_iter().chain(steps).collect()
}

/// All places.
pub(crate) fn places() -> impl ExactSizeIterator<Item = &'static str> {
    sites().into_iter().map(|(place, _)| place)
}

/// The sites that were never reached, or where no fault was injected.
pub fn untried(summary: &Summary) -> Vec<Site> {
    let sites = sites()
        .into_iter()
        .flat_map(|(place, operations)| operations.iter().map(move |operation| (place, *operation)));
    sites
        .filter(|site| summary.sites.get(site).is_none_or(|reach| reach.injected == 0))
        .collect()
}

/// The reached sites that are missing in the list.
pub fn unknown(summary: &Summary) -> Vec<Site> {
    let sites = sites();
    let is_known = |site: &&Site| {
        sites
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
