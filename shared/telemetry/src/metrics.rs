//! Counts metrics for the running invocation.

use crate::metric::Metric;
use crate::observation;

/// Adds one to a metric of the running invocation. Outside an invocation this does nothing.
pub fn count(metric: Metric) {
    add(metric, 1);
}

/// Adds a number to a metric of the running invocation.
pub fn add(metric: Metric, number: u64) {
    observation::with(|observation| observation.counts.add(metric, number));
}

/// Counts one rejected order. The reason is a constant of the code, hence `'static`: it must not be a text of a caller.
pub fn count_rejection(reason: &'static str) {
    observation::with(|observation| {
        observation.counts.add(Metric::OrdersRejected, 1);
        observation.counts.reason = Some(reason);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_outside_an_invocation_does_nothing() {
        count(Metric::OrdersPlaced);
    }
}
